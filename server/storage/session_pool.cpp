#include "storage/session_pool.h"

namespace atrium::storage {

SessionPool::SessionPool(std::size_t limit, std::chrono::milliseconds wait, Connect connect)
    : limit_(limit), wait_(wait), connect_(std::move(connect))
{}

SessionPool::Lease::Lease(SessionPool& pool, std::unique_ptr<SqlSession> session, std::uint64_t generation)
    : slot_(&pool), session_(std::move(session)), generation_(generation)
{}

SessionPool::Lease::~Lease()
{
    // Close before the slot is free, so that there are never more connections than the limit.
    session_.reset();
}

void SessionPool::Lease::giveBack()
{
    std::unique_ptr<SqlSession> tooOld;
    {
        std::lock_guard lock(slot_->mutex_);
        if (generation_ == slot_->generation_) slot_->idle_.push_back(std::move(session_));
        else tooOld = std::move(session_);
    }
}

SessionPool::Lease SessionPool::acquire()
{
    std::unique_ptr<SqlSession> session;
    std::uint64_t generation = 0;
    {
        std::unique_lock lock(mutex_);
        if (!free_.wait_for(lock, wait_, [this] { return inUse_ < limit_; }))
            throw SqlFailure(StorageError::Kind::Unavailable, SqlFailure::Recovery::Broken,
                             "all " + std::to_string(limit_) + " database connections are in use");
        ++inUse_;
        generation = generation_;
        if (!idle_.empty()) {
            session = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    Lease lease(*this, std::move(session), generation);
    if (!lease.session_) lease.session_ = connect_();
    return lease;
}

void SessionPool::dropAll()
{
    std::vector<std::unique_ptr<SqlSession>> dropped;
    std::lock_guard lock(mutex_);
    ++generation_;
    dropped.swap(idle_);
}

void SessionPool::releaseSlot()
{
    {
        std::lock_guard lock(mutex_);
        --inUse_;
    }
    free_.notify_one();
}

std::size_t SessionPool::inUse() const
{
    std::lock_guard lock(mutex_);
    return inUse_;
}

std::size_t SessionPool::idle() const
{
    std::lock_guard lock(mutex_);
    return idle_.size();
}

} // namespace atrium::storage
