#!/bin/sh
# run_oracle.sh SCRIPT ARGS...: runs an oracle script of this folder with $PITH_ORACLE_PYTHON, or says why it is skipped
# (exit status 77, which CTest shows as "Skipped").
if [ -z "$PITH_ORACLE_PYTHON" ]; then
  echo "skipped: PITH_ORACLE_PYTHON is not set; './pithw test' makes the environment and sets it"
  exit 77
fi
script=$1
shift
exec "$PITH_ORACLE_PYTHON" -B "$(dirname "$0")/$script" "$@"
