// Ctrl-C and SIGTERM ask for a tidy stop: the running command notices, leaves its files in order and exits. A second
// signal ends the process at once. SIGPIPE is ignored; a write to a closed pipe is noticed as BrokenPipe (files.h).
// SIGXFSZ is ignored too: a file above `ulimit -f` is a failed write.
#pragma once

namespace pith::cli {

/// Process-wide; called once by main.
void install_signal_handlers();

/// The signal that asked to stop, or 0. Async-signal-safe and thread-safe.
[[nodiscard]] int stop_signal();

}  // namespace pith::cli
