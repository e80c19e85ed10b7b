#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# finds_fault.sh KIT FORGETFUL THROWING NO_ENTRY SHORT OLDER NEWER: the kit must notice a store
# that forgets, one that throws, and files that it cannot judge at all; what an older minor lacks
# at the end of its descriptor is no fault.
set -eu
kit=$1
forgetful=$2
throwing=$3
no_entry=$4
short=$5
older=$6
newer=$7

expect() {  # expect STATUS TEXT PLUGIN
  status=0
  out=$("$kit" "$3" 2>&1) || status=$?
  if [ "$status" -ne "$1" ] || ! printf '%s\n' "$out" | grep -qF "$2"; then
    printf '%s\n' "$out"
    echo "expected exit code $1 (got $status) and: $2" >&2
    exit 1
  fi
}

expect 1 "FAILED   state: what was committed is seen by all" "$forgetful"
expect 1 "FAILED   state: a transaction reads its own writes" "$forgetful"
expect 1 "FAILED   state: what was committed is seen by all" "$throwing"
expect 2 "exports no gantry_plugin_entry_v1" "$no_entry"
expect 2 "incomplete descriptor" "$short"
expect 1 "ok       state: get_extension is null for an unknown id" "$older"
expect 2 "speaks version 7.0 of the interface state; this kit judges version 1" "$newer"
