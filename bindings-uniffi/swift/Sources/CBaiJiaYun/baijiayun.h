// The engine as C functions: `bindings-uniffi/src/c.rs` says what they do. They may be called from any thread.
#ifndef BAIJIAYUN_H
#define BAIJIAYUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct baijiayun_engine baijiayun_engine;
typedef struct baijiayun_owner baijiayun_owner;

/// Bytes that somebody else owns.
typedef struct {
    const uint8_t *bytes;
    size_t length;
} baijiayun_text;

/// Unix seconds, milliseconds of a clock that is never set, and a number that nobody can guess.
typedef struct {
    int64_t unix_time;
    uint64_t ticks;
    uint64_t random;
} baijiayun_time;

enum {
    /// `text` is JSON.
    BAIJIAYUN_JSON = 0,
    /// `url` and `text`, the form, are to be sent.
    BAIJIAYUN_SEND = 1,
    /// The call went well, and `text` are its data.
    BAIJIAYUN_DONE = 2,
};

/// What a host is told. It lends what `owner` holds, until that is released.
typedef struct {
    uint8_t kind;
    bool get;
    bool store_down;
    bool budget_exhausted;
    bool has_ts;
    uint32_t attempts;
    uint64_t call;
    uint64_t timeout;
    uint64_t max_answer;
    uint64_t waited;
    int64_t ts;
    baijiayun_text url;
    baijiayun_text text;
    baijiayun_owner *owner;
} baijiayun_step;

void baijiayun_release_step(baijiayun_owner *owner);

/// Null, and an error object as JSON, if it cannot be made.
baijiayun_engine *baijiayun_make_engine(baijiayun_text config, baijiayun_step *error);
void baijiayun_release_engine(baijiayun_engine *engine);

baijiayun_step baijiayun_begin(const baijiayun_engine *engine, baijiayun_text call, baijiayun_time now);
baijiayun_step baijiayun_request(const baijiayun_engine *engine, baijiayun_text call, int64_t unix_time);
baijiayun_step baijiayun_answer(const baijiayun_engine *engine, uint64_t call, uint16_t status, int64_t retry_after,
                                baijiayun_text body, baijiayun_time now);
baijiayun_step baijiayun_resume(const baijiayun_engine *engine, uint64_t call, baijiayun_text event, baijiayun_time now);
void baijiayun_cancel(const baijiayun_engine *engine, uint64_t call);
void baijiayun_stop_sending(const baijiayun_engine *engine);
uint64_t baijiayun_calls(const baijiayun_engine *engine);

baijiayun_step baijiayun_callback(const baijiayun_engine *engine, baijiayun_text posted, int64_t unix_time);
baijiayun_step baijiayun_signed_callback(const baijiayun_engine *engine, baijiayun_text asked);
baijiayun_step baijiayun_link(const baijiayun_engine *engine, baijiayun_text link);

/// These belong to no engine.
baijiayun_step baijiayun_configuration(baijiayun_text asked);
baijiayun_step baijiayun_toml_paths(baijiayun_text toml);
int64_t baijiayun_retry_after(baijiayun_text header, int64_t unix_time);
/// These are lent for good.
baijiayun_text baijiayun_quota_script(void);
baijiayun_text baijiayun_claim_script(void);

#endif
