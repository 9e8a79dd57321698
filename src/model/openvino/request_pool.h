// A compiled network's inference requests, shared fairly by concurrent callers.
//
// There is one request per stream. A caller (Session) sends one sequence at a time to whichever request is free; when
// several callers wait, free requests go round: first come, first served, one sequence per turn. So a short text does
// not wait for the end of a long one. All waiting is on condition variables; nothing spins.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <vector>

namespace pith {

/// Thread-safe. Must outlive its sessions.
class RequestPool {
 public:
  class Session;

  /// One inference request with its input buffers, which keep their size between uses.
  struct Slot {
    ov::InferRequest request;
    std::vector<float> embedded;  ///< [n_padded, hidden_size]
    std::vector<float> mask;      ///< [n_padded]
    std::size_t job = 0;          ///< the caller's number for what is being computed
    Session* session = nullptr;   ///< who uses it; null while free; guarded by the pool's mutex
  };

  RequestPool(ov::CompiledModel& compiled, std::size_t n_requests);
  RequestPool(const RequestPool&) = delete;
  RequestPool& operator=(const RequestPool&) = delete;
  ~RequestPool() = default;

  /// One caller's work. Not thread-safe: used by the thread that made it.
  class Session {
   public:
    explicit Session(RequestPool& pool) : pool_(pool) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    /// Waits for what is still being computed and gives every request back.
    ~Session();

    /// Blocks until a job of this session is done (returns its slot, done = true) or, if `want_free`, until a request
    /// is free for this session (done = false). REQUIRES: something to wait for.
    struct Event {
      Slot* slot = nullptr;
      bool done = false;
    };
    [[nodiscard]] Event wait(bool want_free);
    /// Starts the slot's request; its inputs must be set.
    void start(Slot* slot, std::size_t job);
    /// Gives a slot back to the pool. REQUIRES: slot->request.wait() has returned since it was started.
    void release(Slot* slot);

   private:
    friend class RequestPool;
    [[nodiscard]] bool belongs_to_me(const Slot* slot);

    RequestPool& pool_;
    std::condition_variable wake_;  // with pool_.mutex_
    std::vector<Slot*> done_;       // guarded by pool_.mutex_
    std::size_t n_running_ = 0;     // guarded by pool_.mutex_
    bool queued_ = false;           // guarded by pool_.mutex_: stands in pool_.queue_
  };

 private:
  void finished(Slot* slot);
  void offer_free_slot();  // REQUIRES: mutex_ held

  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> slots_;  // constant after construction
  std::vector<Slot*> free_;                   // guarded by mutex_
  std::deque<Session*> queue_;                // guarded by mutex_: sessions that want a free slot, in order
};

}  // namespace pith
