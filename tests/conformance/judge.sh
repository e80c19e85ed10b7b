#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# judge.sh KIT PLUGIN: fails when the kit finds fault with the plug-in. With
# GANTRY_TEST_REQUIRE=all a check that was skipped for want of root or of a program is a
# failure too; one that the plug-in has no function for is not.
set -u
kit=$1
plugin=$2

out=$("$kit" "$plugin")
status=$?
printf '%s\n' "$out"
[ "$status" -eq 0 ] || exit "$status"
[ "${GANTRY_TEST_REQUIRE:-}" = all ] || exit 0
if printf '%s\n' "$out" | grep -A1 '^skipped' | grep -E 'needs|does not work here|not on this host'; then
  echo "skipped although GANTRY_TEST_REQUIRE=all" >&2
  exit 1
fi
