/* SPDX-License-Identifier: Apache-2.0
 *
 * Kind "state": an ordered, transactional key-value store, bytes to bytes.
 *
 * It knows nothing of containers. Keys are ordered as memcmp orders them. Several
 * processes use the store at once; a transaction is short (the core does no slow work
 * inside one), and whoever has to wait waits until a deadline and then gets
 * GANTRY_ERR_TIMEOUT.
 */
#ifndef GANTRY_ABI_STATE_H
#define GANTRY_ABI_STATE_H

#include <gantry/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANTRY_STATE_MAJOR 1
#define GANTRY_STATE_MINOR 0

#define GANTRY_TXN_READ 0      /* a snapshot; many at once */
#define GANTRY_TXN_EXCLUSIVE 1 /* alone among the exclusive ones; reads its own writes */

#define GANTRY_COMMIT_RELAXED 0 /* survives the death of the process */
#define GANTRY_COMMIT_DURABLE 1 /* survives power loss */

typedef struct gantry_kv_sink {
  void* ctx;
  /* Return 0 to go on, anything else to end the scan. The bytes are borrowed. */
  int32_t (*item)(void* ctx, gantry_str key, gantry_str value);
} gantry_kv_sink;

typedef struct gantry_state_ops {
  uint32_t struct_size;
  uint32_t reserved;

  /* Opens the store in folder dir (made if missing; it belongs to the plug-in), once,
   * before anything else. Cheap: takes no lock. CORRUPT says what to do. [required] */
  int32_t (*open)(void* self, gantry_str dir, const gantry_error* error);
  void (*close)(void* self);

  /* Begins a transaction; one at a time on one instance. timeout_ms bounds the wait for
   * other processes; 0 tries once. ret_txn is valid until commit or abort. [required] */
  int32_t (*begin)(void* self, int32_t mode, int64_t timeout_ms, void** ret_txn,
                   const gantry_error* error);

  /* NOT_FOUND when there is no such key. [required: get, put, del, scan] */
  int32_t (*get)(void* txn, gantry_str key, const gantry_sink* value,
                 const gantry_error* error);
  /* EXCLUSIVE only (INVALID otherwise). del of a missing key is done. */
  int32_t (*put)(void* txn, gantry_str key, gantry_str value, const gantry_error* error);
  int32_t (*del)(void* txn, gantry_str key, const gantry_error* error);
  /* All keys with first <= key < last in order; an empty last means to the end. Sees the
   * transaction's own writes. The store must not be written during the scan. */
  int32_t (*scan)(void* txn, gantry_str first, gantry_str last, const gantry_kv_sink* items,
                  const gantry_error* error);

  /* Ends the transaction, whatever is returned: all of its writes or, on failure, none.
   * [required] */
  int32_t (*commit)(void* txn, int32_t durability, const gantry_error* error);
  /* Ends the transaction without its writes. [required] */
  void (*abort)(void* txn);

  /* A number that changes with every commit that wrote something; cheap, takes no lock.
   * For caches. */
  int32_t (*generation)(void* self, uint64_t* ret_generation, const gantry_error* error);

  /* Reads everything; CORRUPT names what is broken. */
  int32_t (*check)(void* self, int64_t timeout_ms, const gantry_error* error);
  /* Gives back space. */
  int32_t (*compact)(void* self, int64_t timeout_ms, const gantry_error* error);
} gantry_state_ops;

#ifdef __cplusplus
}
#endif
#endif
