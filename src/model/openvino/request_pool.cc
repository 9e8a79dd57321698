#include "model/openvino/request_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace pith {

RequestPool::RequestPool(ov::CompiledModel& compiled, std::size_t n_requests) {
  for (std::size_t i = 0; i < n_requests; ++i) {
    auto slot = std::make_unique<Slot>();
    slot->request = compiled.create_infer_request();
    // What went wrong, if anything, is rethrown by request.wait() in the session's thread.
    slot->request.set_callback([this, raw = slot.get()](const std::exception_ptr&) { finished(raw); });
    free_.push_back(slot.get());
    slots_.push_back(std::move(slot));
  }
}

void RequestPool::finished(Slot* slot) {
  const std::lock_guard lock(mutex_);
  Session* session = slot->session;
  session->done_.push_back(slot);
  --session->n_running_;
  session->wake_.notify_one();  // under the lock: the session may be destroyed as soon as it is released
}

void RequestPool::offer_free_slot() {
  if (!free_.empty() && !queue_.empty()) queue_.front()->wake_.notify_one();
}

RequestPool::Session::Event RequestPool::Session::wait(bool want_free) {
  std::unique_lock lock(pool_.mutex_);
  PITH_CHECK(want_free || n_running_ > 0 || !done_.empty(), "nothing to wait for");
  if (want_free && !queued_) {
    pool_.queue_.push_back(this);
    queued_ = true;
  }
  const auto my_turn = [&] { return want_free && !pool_.free_.empty() && pool_.queue_.front() == this; };
  wake_.wait(lock, [&] { return !done_.empty() || my_turn(); });
  if (!done_.empty()) {
    Slot* slot = done_.back();
    done_.pop_back();
    return {.slot = slot, .done = true};
  }
  Slot* slot = pool_.free_.back();
  pool_.free_.pop_back();
  pool_.queue_.pop_front();
  queued_ = false;
  pool_.offer_free_slot();
  slot->session = this;
  return {.slot = slot, .done = false};
}

void RequestPool::Session::start(Slot* slot, std::size_t job) {
  slot->job = job;
  {
    const std::lock_guard lock(pool_.mutex_);
    ++n_running_;
  }
  try {
    slot->request.start_async();
  } catch (...) {
    const std::lock_guard lock(pool_.mutex_);
    --n_running_;
    throw;
  }
}

void RequestPool::Session::release(Slot* slot) {
  const std::lock_guard lock(pool_.mutex_);
  slot->session = nullptr;
  pool_.free_.push_back(slot);
  pool_.offer_free_slot();
}

RequestPool::Session::~Session() {
  {
    std::unique_lock lock(pool_.mutex_);
    wake_.wait(lock, [&] { return n_running_ == 0; });
    if (queued_) std::erase(pool_.queue_, this);
    pool_.offer_free_slot();
  }
  for (const auto& slot : pool_.slots_) {
    if (!belongs_to_me(slot.get())) continue;
    try {
      slot->request.wait();  // the callback may still be returning
    } catch (const std::exception&) {
      // An abandoned computation's failure has nobody to be reported to; the request can be used again.
    }
    release(slot.get());
  }
}

bool RequestPool::Session::belongs_to_me(const Slot* slot) {
  const std::lock_guard lock(pool_.mutex_);
  return slot->session == this;
}

}  // namespace pith
