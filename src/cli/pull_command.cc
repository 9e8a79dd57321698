// `pith models pull` and `pith models rm`: models from a hub to this machine, and off it again.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "base/error_table.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/pulled_files.h"
#include "cli/terminal.h"
#include "model/hub/download.h"
#include "model/hub/pull.h"
#include "model/registry.h"
#include "text/json_writer.h"

namespace pith::cli {
namespace {

constexpr std::size_t kShownCommitDigits = 12;

struct PullFlags {
  std::string revision;
  bool quiet = false;
  bool json = false;
  bool force = false;
};

/// Notes and a progress bar on standard error.
class PullReport {
 public:
  PullReport(int fd, bool is_quiet) : fd_(fd), is_quiet_(is_quiet) {}

  void note(const std::string& text) {
    if (is_quiet_) return;
    if (bar_) bar_->clear();
    say(fd_, fmt::format("pith: {}\n", text));
  }

  void progress(const PullProgress& p) {
    // The clock starts with the first bytes: waiting for another pull or checking files must not spoil the rate.
    if (!bar_) bar_.emplace(fd_, !is_quiet_ && is_terminal(fd_));
    const std::uint64_t n_new = p.n_done_bytes > p.n_before_bytes ? p.n_done_bytes - p.n_before_bytes : 0;
    const double elapsed_s = bar_->elapsed_s();
    const auto rate = elapsed_s > 0 ? static_cast<std::uint64_t>(static_cast<double>(n_new) / elapsed_s) : 0;
    const std::string label =
        p.n_total_bytes > 0
            ? fmt::format("{} of {}, {}/s", bytes_text(p.n_done_bytes), bytes_text(p.n_total_bytes), bytes_text(rate))
            : fmt::format("{}, {}/s, {}", bytes_text(p.n_done_bytes), bytes_text(rate), p.file);
    bar_->update(p.n_done_bytes, p.n_total_bytes, label, p.n_before_bytes);
  }

  void end() { bar_.reset(); }

 private:
  int fd_;
  bool is_quiet_;
  std::optional<ProgressBar> bar_;
};

std::uint64_t total_bytes(const std::vector<PulledFile>& files) {
  std::uint64_t n_bytes = 0;
  for (const PulledFile& file : files) n_bytes += file.n_bytes;
  return n_bytes;
}

/// The commit of the files that were asked for; model.commit is that of the latest pull of any.
const std::string& commit_of(const PullResult& r) { return r.files.front().commit; }

std::string summary(const PullResult& r) {
  return fmt::format("{} {} commit {}: {} {}, {}, in {}\n", r.model.id, r.is_up_to_date ? "is up to date at" : "at",
                     commit_of(r).substr(0, kShownCommitDigits), r.files.size(), r.files.size() == 1 ? "file" : "files",
                     bytes_text(total_bytes(r.files)), r.path);
}

std::string as_json(const PullResult& r) {
  JsonWriter w;
  w.begin_object();
  w.key("name").string(r.model.id);
  w.key("commit").string(commit_of(r));
  w.key("path").string(r.path);
  w.key("up_to_date").boolean(r.is_up_to_date);
  w.key("received_bytes").integer(r.n_received_bytes);
  write_files(r.files, &w);
  w.key("warnings").begin_array();
  for (const std::string& warning : r.warnings) w.string(warning);
  w.end_array();
  w.end_object();
  return std::move(w).text() + '\n';
}

Result<PullRequest> request_for(const std::string& name, const PullFlags& flags) {
  auto hub = hub_name_of(name);
  if (!hub) return tl::unexpected(hub.error());
  PullRequest request{.model = std::move(*hub), .is_forced = flags.force};
  if (!flags.revision.empty()) {
    if (!request.model.revision.empty() && request.model.revision != flags.revision) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("--revision {} and '{}' name two revisions: give one", flags.revision, name));
    }
    if (auto ok = check_revision(flags.revision); !ok) return tl::unexpected(ok.error());
    request.model.revision = flags.revision;
  }
  if (const auto models = known_models()) {
    for (const KnownModel& known : *models) {
      if (const auto place = parse_hub_name(known.hub)) request.known_names.push_back(place->id());
    }
  }
  return request;
}

Result<int> pull(const std::string& name, const PullFlags& flags, const Environment& environment) {
  const auto request = request_for(name, flags);
  if (!request) return tl::unexpected(request.error());
  const auto settings = hub_settings_from_environment();
  if (!settings) return tl::unexpected(settings.error());
  PullReport report(environment.stderr_fd, flags.quiet);
  const Watch watch{.cancelled = [] { return stop_signal() != 0; },
                    .on_note = [&](const std::string& text) { report.note(text); }};
  const auto pulled = pull_model(*request, *settings, watch, [&](const PullProgress& p) { report.progress(p); });
  report.end();
  if (!pulled) {
    if (pulled.error().code != ErrorCode::kCancelled) return tl::unexpected(pulled.error());
    return fail(ErrorCode::kCancelled, "interrupted; the same command goes on where it stopped");
  }
  for (const std::string& warning : pulled->warnings) report.note("warning: " + warning);
  if (flags.quiet && !flags.json) return kExitOk;
  if (auto ok = write_all(environment.stdout_fd, flags.json ? as_json(*pulled) : summary(*pulled), "standard output");
      !ok) {
    return tl::unexpected(ok.error());
  }
  return kExitOk;
}

/// Asks on the terminal; true for "y" or "yes".
bool confirm(const std::string& question, const Environment& environment) {
  say(environment.stderr_fd, question + " [y/N] ");
  std::string answer;
  char c = 0;
  while (::read(environment.stdin_fd, &c, 1) == 1 && c != '\n') answer += c;
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<int> remove(const std::string& name, bool is_sure, const Environment& environment) {
  // ORG/NAME is enough here: what was pulled need not be a known name.
  const auto models = known_models();
  if (!models) return tl::unexpected(models.error());
  for (const KnownModel& known : *models) {
    if (known.name == name && !known.folder.empty()) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("model '{}' ships with Pith and stays", name));
    }
  }
  auto hub = hub_name_of(name);
  if (!hub) {
    const auto plain = parse_hub_name(name);
    if (!plain) return tl::unexpected(hub.error());
    hub = *plain;
  }
  if (!hub->revision.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}': a model is deleted as a whole: `pith models rm {}`", name, hub->id()));
  }
  const bool is_one_file = !hub->file.empty() || !hub->quantization.empty();
  const auto existing = find_pulled(*hub);
  if (is_one_file && existing && *existing && (*existing)->files.size() > 1) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' lies in a folder with other files: `pith models rm {}` "
                                                         "deletes them all",
                                                         name, hub->id()));
  }
  const std::uint64_t n_bytes = (existing && *existing ? (*existing)->n_bytes() : 0) + n_incoming_bytes(*hub);
  if (!is_sure && n_bytes > 0) {
    if (!is_terminal(environment.stdin_fd)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("not a terminal to ask on: `pith models rm {} --yes` deletes "
                              "{} without asking",
                              name, bytes_text(n_bytes)));
    }
    if (!confirm(fmt::format("Delete {}, {}?", pulled_dir(*hub), bytes_text(n_bytes)), environment)) {
      return fail(ErrorCode::kCancelled, "nothing was deleted");
    }
  }
  const auto freed = remove_pulled(*hub);
  if (!freed) return tl::unexpected(freed.error());
  say(environment.stderr_fd, fmt::format("pith: deleted {}, {}\n", hub->id(), bytes_text(*freed)));
  return kExitOk;
}

}  // namespace

void add_pull_command(CommandSet* commands, CLI::App* models, const Environment& environment) {
  Command& command = commands->add(models, "pull", "Fetch a model from the hub, or bring it up to date");
  const auto flags = std::make_shared<PullFlags>();
  add_text(command.app, "--revision", &flags->revision, "REVISION", "Branch, tag or commit (default: main)");
  add_switch(command.app, "--force", &flags->force,
             "Check every byte of what is there, and fetch again what does not fit");
  add_switch(command.app, "-q,--quiet", &flags->quiet, "Write nothing but errors");
  add_switch(command.app, "--json", &flags->json, "Write the result as JSON");
  command.positional_usage = "NAME";
  command.positionals = {{"NAME",
                          "A name of `pith models list`, hf:ORG/NAME for any model with model.safetensors, "
                          "hf:ORG/NAME:FILE.gguf or, by quantisation, hf:ORG/NAME:Q4_K_M; @REVISION may follow"}};
  command.min_positionals = 1;
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kModels;
  command.examples =
      "pith models pull microsoft/llmlingua-2-xlm-roberta-large-meetingbank\n"
      "pith models pull hf:org/name --revision v1.0\n"
      "HF_TOKEN=$(cat ~/hf-token) pith models pull hf:org/private-model   # more in docs/cli.md";
  command.action = [flags, &environment](const std::vector<std::string>& names) {
    return pull(names.front(), *flags, environment);
  };
}

void add_rm_command(CommandSet* commands, CLI::App* models, const Environment& environment) {
  Command& command = commands->add(models, "rm", "Delete a model that was pulled");
  const auto yes = std::make_shared<bool>(false);
  add_switch(command.app, "-y,--yes", yes.get(), "Do not ask");
  command.positional_usage = "NAME";
  command.positionals = {{"NAME", "A model that `pith models list` shows as pulled, or partly pulled"}};
  command.min_positionals = 1;
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kPulledModels;
  command.examples = "pith models rm microsoft/llmlingua-2-xlm-roberta-large-meetingbank";
  command.action = [yes, &environment](const std::vector<std::string>& names) {
    return remove(names.front(), *yes, environment);
  };
}

}  // namespace pith::cli
