#include "cli/cli.h"
#include "cli/interrupt.h"

int main(int argc, char** argv) {
  pith::cli::install_signal_handlers();
  return pith::cli::run(argc, argv, {});
}
