// The command line with the fake engine: what the process-level tests drive where the real one would need a model.
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "support/fake_engine.h"

int main(int argc, char** argv) {
  pith::cli::install_signal_handlers();
  pith::cli::Environment environment;
  environment.create_engine = pith::FakeEngine::create_fake;
  return pith::cli::run(argc, argv, environment);
}
