// `pith models list`, `pith models show` and `pith convert`: model folders without loading a model.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/error_table.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/pulled_files.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "model/convert.h"
#include "model/hub/download.h"
#include "model/hub/store.h"
#include "model/llama/convert_gguf.h"
#include "model/registry.h"
#include "text/json_writer.h"

namespace pith::cli {
namespace {

/// A known model, a pulled one, or both.
struct Row {
  KnownModel known;  // of a model that is only pulled, nothing but the name
  bool is_known = true;
  std::uint64_t n_pulled_bytes = 0;
  std::uint64_t n_incoming_bytes = 0;  // of an interrupted pull
  std::optional<PulledModel> pulled;
};

/// Known models in the registry's order, then pulled ones that are not known.
std::vector<Row> rows_of(const std::vector<KnownModel>& models) {
  std::vector<PulledModel> pulled = pulled_models();
  std::vector<Row> rows;
  for (const KnownModel& known : models) {
    Row row{.known = known, .pulled = {}};
    if (const auto hub = parse_hub_name(known.hub)) {
      row.n_incoming_bytes = n_incoming_bytes(*hub);
      const auto found =
          std::find_if(pulled.begin(), pulled.end(), [&](const PulledModel& m) { return m.id == hub->id(); });
      // A repository of GGUF files may hold others than the known one.
      const PulledFile* const file = found == pulled.end() ? nullptr : found->find(hub->file);
      if (found != pulled.end() && (hub->file.empty() || file != nullptr || found->files.empty())) {
        row.pulled = *found;
        if (file != nullptr) row.pulled->files = {*file};
        if (file == nullptr || found->files.size() == 1) pulled.erase(found);
      }
    }
    rows.push_back(std::move(row));
  }
  for (PulledModel& model : pulled) {
    Row row{.is_known = false, .pulled = std::move(model)};
    row.known.name = row.pulled->id;
    rows.push_back(std::move(row));
  }
  for (Row& row : rows) row.n_pulled_bytes = row.pulled ? row.pulled->n_bytes() : 0;
  return rows;
}

std::string availability(const Row& row) {
  if (row.pulled && row.pulled->files.empty()) return "damaged: pull it again with --force";
  if (row.pulled) return fmt::format("pulled, {}", bytes_text(row.n_pulled_bytes));
  if (row.n_incoming_bytes > 0) return fmt::format("partly pulled, {}", bytes_text(row.n_incoming_bytes));
  if (!row.known.is_supported) return "not supported yet";
  return row.known.folder.empty() ? "not pulled" : "ships with Pith";
}

std::string list_as_text(const std::vector<Row>& rows, std::size_t columns) {
  constexpr std::size_t kIndent = 4;
  const std::string indent(kIndent, ' ');
  std::string out;
  for (const Row& row : rows) {
    out += fmt::format("{}  ({})\n", row.known.name, availability(row));
    if (row.is_known) {
      out += fmt::format("{}{}\n{}{}, {}; {}; {}\n", indent, wrap(row.known.summary, columns, kIndent), indent,
                         model_kind_name(row.known.kind), row.known.architecture, row.known.size, row.known.licence);
    } else {
      out += fmt::format("{}commit {} of hf:{}\n", indent, row.pulled->commit, row.pulled->id);
    }
  }
  return out;
}

std::string list_as_names(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) out += row.known.name + '\n';
  return out;
}

std::string list_as_json(const std::vector<Row>& rows) {
  JsonWriter w;
  w.begin_array();
  for (const Row& row : rows) {
    w.begin_object();
    w.key("name").string(row.known.name);
    if (row.is_known) {
      w.key("kind").string(model_kind_name(row.known.kind));
      w.key("summary").string(row.known.summary);
      w.key("architecture").string(row.known.architecture);
      w.key("size").string(row.known.size);
      w.key("licence").string(row.known.licence);
      w.key("supported").boolean(row.known.is_supported);
    }
    w.key("ships_with_pith").boolean(!row.known.folder.empty());
    w.key("pulled").boolean(row.pulled.has_value());
    if (row.pulled) {
      w.key("pulled_bytes").integer(row.n_pulled_bytes);
      w.key("commit").string(row.pulled->commit);
      w.key("folder").string(row.pulled->dir);
    }
    w.end_object();
  }
  w.end_array();
  return std::move(w).text() + '\n';
}

std::string causal_as_text(const ModelInfo& m) {
  return fmt::format(
      "file          {}\n"
      "kind          causal language model, for methods llmlingua, longllmlingua and selective_context\n"
      "architecture  {}, {} layers x {}, {} heads, {} for keys, {} intermediate\n"
      "parameters    {}\n"
      "vocabulary    {}\n"
      "context       {} tokens\n"
      "weights       {} bytes, {} (stored as {})\n"
      "memory        about {}: weights {}, a full context {}, work {}\n",
      m.dir, m.architecture, m.n_layers, m.hidden_size, m.n_heads, m.causal->n_kv_heads, m.intermediate_size,
      with_commas(m.n_parameters), with_commas(m.vocab_size), with_commas(m.max_sequence_tokens),
      with_commas(m.n_weight_bytes), m.causal->quantization, m.storage,
      bytes_text(static_cast<std::uint64_t>(m.n_weight_bytes) + m.causal->kv_cache_bytes + m.causal->scratch_bytes),
      bytes_text(static_cast<std::uint64_t>(m.n_weight_bytes)), bytes_text(m.causal->kv_cache_bytes),
      bytes_text(m.causal->scratch_bytes));
}

std::string info_as_text(const ModelInfo& m) {
  if (m.causal) return causal_as_text(m);
  return fmt::format(
      "folder        {}\n"
      "architecture  {}, {} layers x {}, {} heads, {} intermediate\n"
      "parameters    {}\n"
      "vocabulary    {}\n"
      "longest input {} tokens\n"
      "weights       {} bytes, stored as {}\n"
      "keep label    {}\n",
      m.dir, m.architecture, m.n_layers, m.hidden_size, m.n_heads, m.intermediate_size, with_commas(m.n_parameters),
      with_commas(m.vocab_size), m.max_sequence_tokens, with_commas(m.n_weight_bytes), m.storage, m.keep_label);
}

void write_info(const ModelInfo& m, JsonWriter* out) {
  JsonWriter& w = *out;
  w.key("folder").string(m.dir);
  w.key("architecture").string(m.architecture);
  w.key("layers").integer(m.n_layers);
  w.key("hidden_size").integer(m.hidden_size);
  w.key("heads").integer(m.n_heads);
  w.key("intermediate_size").integer(m.intermediate_size);
  w.key("vocab_size").integer(m.vocab_size);
  w.key("max_sequence_tokens").integer(m.max_sequence_tokens);
  w.key("parameters").integer(m.n_parameters);
  w.key("weight_bytes").integer(m.n_weight_bytes);
  w.key("storage").string(m.storage);
  if (m.causal) {
    w.key("kind").string("causal");
    w.key("key_heads").integer(m.causal->n_kv_heads);
    w.key("quantization").string(m.causal->quantization);
    w.key("context_memory_bytes").integer(m.causal->kv_cache_bytes);
    w.key("work_memory_bytes").integer(m.causal->scratch_bytes);
  } else {
    w.key("keep_label").string(m.keep_label);
  }
}

std::string source_as_text(const PulledModel& m) {
  std::string out =
      fmt::format("source        hf:{} at commit {} ({}), pulled {}\n", m.id, m.commit, m.revision, m.pulled_at);
  for (const PulledFile& file : m.files) {
    out += fmt::format("{}{}, {}\n", &file == &m.files.front() ? "files         " : "              ", file.name,
                       bytes_text(file.n_bytes));
  }
  return out;
}

void write_source(const PulledModel& m, JsonWriter* out) {
  JsonWriter& w = *out;
  w.key("source").string("hf:" + m.id);
  w.key("revision").string(m.revision);
  w.key("commit").string(m.commit);
  w.key("pulled_at").string(m.pulled_at);
  write_files(m.files, out);
}

Result<int> print(const std::string& text, const Environment& environment) {
  if (auto ok = write_all(environment.stdout_fd, text, "standard output"); !ok) return tl::unexpected(ok.error());
  return kExitOk;
}

void add_list(CommandSet* commands, CLI::App* parent, const Environment& environment) {
  struct Flags {
    bool json = false;
    bool names = false;
    bool pulled = false;
  };
  Command& command = commands->add(parent, "list", "List the models Pith knows by name, and those that were pulled");
  const auto flags = std::make_shared<Flags>();
  add_switch(command.app, "--json", &flags->json, "Write the list as JSON");
  add_switch(command.app, "--names", &flags->names, "Write the names alone, one a line");
  add_switch(command.app, "--pulled", &flags->pulled, "Only models that were pulled, or partly pulled");
  command.examples = "pith models list\npith models list --pulled --names";
  command.action = [flags, &environment](const std::vector<std::string>&) -> Result<int> {
    const auto models = known_models();
    if (!models) return tl::unexpected(models.error());
    std::vector<Row> rows = rows_of(*models);
    if (flags->pulled) std::erase_if(rows, [](const Row& row) { return !row.pulled && row.n_incoming_bytes == 0; });
    return print(flags->names  ? list_as_names(rows)
                 : flags->json ? list_as_json(rows)
                               : list_as_text(rows, terminal_columns(environment.stdout_fd)),
                 environment);
  };
}

/// A pulled model by the name it is asked for; nothing for a folder or a model that ships.
std::optional<PulledModel> pulled_by_name(const std::string& name) {
  auto hub = hub_name_of(name);
  if (!hub) hub = parse_hub_name(name);
  if (!hub) return std::nullopt;
  const auto pulled = find_pulled(*hub);
  return pulled ? *pulled : std::nullopt;
}

Result<int> show(const std::string& name, bool as_json, const Environment& environment) {
  const auto path = resolve_model(name);
  if (!path) return tl::unexpected(path.error());
  auto pulled = pulled_by_name(name);
  if (pulled && !path->starts_with(pulled->dir)) pulled.reset();  // a folder of that name came first
  std::error_code error;
  // Of a folder of GGUF files there is nothing to say but which they are.
  const bool is_bare =
      pulled && std::filesystem::is_directory(*path, error) && !std::filesystem::exists(*path + "/config.json", error);
  std::optional<ModelInfo> info;
  std::string problem;
  if (!is_bare) {
    auto described = describe_model(*path);
    // Of a pulled file that cannot be read it still helps to know where it came from.
    if (!described && (!pulled || std::filesystem::is_directory(*path, error))) {
      return tl::unexpected(described.error());
    }
    if (described) info = std::move(*described);
    if (!described) problem = described.error().message;
  }
  if (!as_json) {
    return print((info ? info_as_text(*info) : "") + (pulled ? source_as_text(*pulled) : "") +
                     (problem.empty() ? "" : fmt::format("not readable  {}\n", problem)),
                 environment);
  }
  JsonWriter w;
  w.begin_object();
  if (info) write_info(*info, &w);
  if (pulled) write_source(*pulled, &w);
  if (!problem.empty()) w.key("not_readable").string(problem);
  w.end_object();
  return print(std::move(w).text() + '\n', environment);
}

void add_show(CommandSet* commands, CLI::App* parent, const Environment& environment) {
  Command& command = commands->add(parent, "show", "Show what a model is: shape, size, labels, where it came from");
  const auto json = std::make_shared<bool>(false);
  add_switch(command.app, "--json", json.get(), "Write it as JSON");
  command.positional_usage = "NAME|DIR|FILE";
  command.positionals = {
      {"NAME|DIR|FILE", "A name of `pith models list`, a folder in Hugging Face layout, or a GGUF file"}};
  command.min_positionals = 1;
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kModels;
  command.examples = "pith models show default\npith models show ./my-model --json";
  command.action = [json, &environment](const std::vector<std::string>& names) {
    return show(names.front(), *json, environment);
  };
}

}  // namespace

void add_models_command(CommandSet* commands, const Environment& environment) {
  const Command& models = commands->add(commands->root(), "models", "List, fetch, show and delete models");
  add_list(commands, models.app, environment);
  add_show(commands, models.app, environment);
  add_pull_command(commands, models.app, environment);
  add_rm_command(commands, models.app, environment);
}

void add_convert_command(CommandSet* commands, const Environment& environment) {
  struct Flags {
    bool int8 = false;
    std::optional<GgufStorage> gguf;
  };
  Command& command = commands->add(commands->root(), "convert", "Store a model in fewer bytes, or as one GGUF file");
  const auto flags = std::make_shared<Flags>();
  add_switch(command.app, "--int8", &flags->int8,
             "A folder with weights as 8-bit integers, one scale per row: a quarter of f32");
  add_choice(
      command.app, "--gguf", {"f32", "f16", "q8_0"},
      [flags](std::size_t i) { flags->gguf = static_cast<GgufStorage>(i); },
      "One GGUF file with everything in it, for the llama.cpp engine; matrices in this type");
  command.positional_usage = "DIR OUT";
  command.positionals = {{"DIR", "A model folder in Hugging Face layout"},
                         {"OUT", "The folder to write, created if needed; with --gguf the file"}};
  command.min_positionals = 2;
  command.max_positionals = 2;
  command.positional_kind = PositionalKind::kFolders;
  command.examples =
      "pith convert --int8 ./my-model ./my-model-int8\npith convert --gguf q8_0 ./my-model my-model.gguf";
  command.action = [flags, &environment](const std::vector<std::string>& paths) -> Result<int> {
    if (flags->int8 == flags->gguf.has_value()) {
      return fail(ErrorCode::kInvalidArgument, "convert: give one of --int8 and --gguf f32|f16|q8_0");
    }
    const auto report =
        flags->int8 ? convert_to_int8(paths[0], paths[1]) : convert_to_gguf(paths[0], paths[1], *flags->gguf);
    if (!report) return tl::unexpected(report.error());
    say(environment.stderr_fd,
        fmt::format("pith: {}: {} of {} tensors as int8, {} -> {} bytes\n", paths[1], report->n_int8_tensors,
                    report->n_tensors, with_commas(report->n_bytes_before), with_commas(report->n_bytes_after)));
    return kExitOk;
  };
}

}  // namespace pith::cli
