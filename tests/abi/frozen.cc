// SPDX-License-Identifier: Apache-2.0
#include "tests/abi/frozen_1_0.h"
