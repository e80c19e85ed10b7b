# SPDX-License-Identifier: Apache-2.0
"""How long to wait for what should come at once."""

# Seconds that any call, or what is waited for, may take. Only what never comes takes them: the
# machine may be slow, and busy with other things.
PATIENCE = 90
