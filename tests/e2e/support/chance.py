# SPDX-License-Identifier: Apache-2.0
"""What tests draw by lot: from one seed, which the end of the output tells."""

import os
import random
import secrets

SEED = int(os.environ.get("GANTRY_TEST_SEED", secrets.randbits(32)))


def dice(*names):
    """Lots of their own for each that has these names; the seed repeats them."""
    return random.Random(" ".join(str(one) for one in (SEED, *names)))
