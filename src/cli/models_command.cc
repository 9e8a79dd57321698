// `pith models list`, `pith models show` and `pith convert`: model folders without loading a model.
#include <fmt/format.h>

#include <memory>

#include "base/error_table.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "model/convert.h"
#include "model/registry.h"
#include "text/json_writer.h"

namespace pith::cli {
namespace {

std::string availability(const KnownModel& model) {
  if (!model.is_supported) return "not supported yet";
  return model.folder.empty() ? "bring its folder" : "ships with Pith";
}

std::string list_as_text(const std::vector<KnownModel>& models, std::size_t columns) {
  constexpr std::size_t kIndent = 4;
  std::string out;
  for (const KnownModel& model : models) {
    out += fmt::format("{}  ({})\n{}{}\n{}{}; {}; {}\n", model.name, availability(model), std::string(kIndent, ' '),
                       wrap(model.summary, columns, kIndent), std::string(kIndent, ' '), model.architecture, model.size,
                       model.licence);
  }
  return out;
}

std::string list_as_json(const std::vector<KnownModel>& models) {
  JsonWriter w;
  w.begin_array();
  for (const KnownModel& model : models) {
    w.begin_object();
    w.key("name").string(model.name);
    w.key("summary").string(model.summary);
    w.key("architecture").string(model.architecture);
    w.key("size").string(model.size);
    w.key("licence").string(model.licence);
    w.key("supported").boolean(model.is_supported);
    w.key("ships_with_pith").boolean(!model.folder.empty());
    w.end_object();
  }
  w.end_array();
  return std::move(w).text() + '\n';
}

std::string info_as_text(const ModelInfo& m) {
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

std::string info_as_json(const ModelInfo& m) {
  JsonWriter w;
  w.begin_object();
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
  w.key("keep_label").string(m.keep_label);
  w.end_object();
  return std::move(w).text() + '\n';
}

Result<int> print(const std::string& text, const Environment& environment) {
  if (auto ok = write_all(environment.stdout_fd, text, "standard output"); !ok) return tl::unexpected(ok.error());
  return kExitOk;
}

void add_list(CommandSet* commands, CLI::App* parent, const Environment& environment) {
  Command& command = commands->add(parent, "list", "List the models Pith knows by name");
  const auto json = std::make_shared<bool>(false);
  add_switch(command.app, "--json", json.get(), "Write the list as JSON");
  command.examples = "pith models list";
  command.action = [json, &environment](const std::vector<std::string>&) -> Result<int> {
    const auto models = known_models();
    if (!models) return tl::unexpected(models.error());
    return print(*json ? list_as_json(*models) : list_as_text(*models, terminal_columns(environment.stdout_fd)),
                 environment);
  };
}

void add_show(CommandSet* commands, CLI::App* parent, const Environment& environment) {
  Command& command = commands->add(parent, "show", "Show what a model is: shape, size, labels");
  const auto json = std::make_shared<bool>(false);
  add_switch(command.app, "--json", json.get(), "Write it as JSON");
  command.positional_usage = "NAME|DIR";
  command.positionals = {{"NAME|DIR", "A name of `pith models list`, or a folder in Hugging Face layout"}};
  command.min_positionals = 1;
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kFolders;
  command.examples = "pith models show default\npith models show ./my-model --json";
  command.action = [json, &environment](const std::vector<std::string>& names) -> Result<int> {
    const auto dir = resolve_model(names.front());
    if (!dir) return tl::unexpected(dir.error());
    const auto info = describe_model(*dir);
    if (!info) return tl::unexpected(info.error());
    return print(*json ? info_as_json(*info) : info_as_text(*info), environment);
  };
}

}  // namespace

void add_models_command(CommandSet* commands, const Environment& environment) {
  const Command& models = commands->add(commands->root(), "models", "List models, or show what one is");
  add_list(commands, models.app, environment);
  add_show(commands, models.app, environment);
}

void add_convert_command(CommandSet* commands, const Environment& environment) {
  Command& command = commands->add(commands->root(), "convert", "Store a model in fewer bytes");
  const auto int8 = std::make_shared<bool>(false);
  add_switch(command.app, "--int8", int8.get(), "Weights as 8-bit integers, one scale per row: a quarter of f32");
  command.positional_usage = "DIR OUT";
  command.positionals = {{"DIR", "A model folder in Hugging Face layout"},
                         {"OUT", "The folder to write; created if needed"}};
  command.min_positionals = 2;
  command.max_positionals = 2;
  command.positional_kind = PositionalKind::kFolders;
  command.examples = "pith convert --int8 ./my-model ./my-model-int8";
  command.action = [int8, &environment](const std::vector<std::string>& folders) -> Result<int> {
    if (!*int8) {
      return fail(ErrorCode::kInvalidArgument, "convert: no target given: add --int8, the one there is");
    }
    const auto report = convert_to_int8(folders[0], folders[1]);
    if (!report) return tl::unexpected(report.error());
    say(environment.stderr_fd,
        fmt::format("pith: {}: {} of {} tensors as int8, {} -> {} bytes\n", folders[1], report->n_int8_tensors,
                    report->n_tensors, with_commas(report->n_bytes_before), with_commas(report->n_bytes_after)));
    return kExitOk;
  };
}

}  // namespace pith::cli
