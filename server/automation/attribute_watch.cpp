#include "automation/attribute_watch.h"

#include "automation/reasons.h"

#include <cmath>
#include <limits>

namespace atrium::automation {

namespace {
/// A start that was due before is told how late it comes, unless nobody would notice.
constexpr std::chrono::seconds inTime{1};
} // namespace

Attribute onlineOf(const Device& device)
{
    static const auto spec = [] {
        AttributeSpec made;
        made.name = onlineAttribute;
        made.kind = Value::Kind::Boolean;
        return Shared<AttributeSpec>(std::move(made));
    }();
    Attribute online;
    online.spec = spec;
    online.value = device.online;
    online.changedAt = device.lastSeen;
    return online;
}

AttributeWatch::AttributeWatch(AttributeTrigger trigger, Scheduler& scheduler, const Clock& clock, Handlers handlers)
    : trigger_(std::move(trigger)), scheduler_(scheduler), clock_(clock), handlers_(std::move(handlers)),
      nearest_(std::numeric_limits<double>::quiet_NaN())
{
    if (trigger_.test == AttributeTest::Above || trigger_.test == AttributeTest::Below)
        threshold_.emplace(trigger_.test == AttributeTest::Above ? Threshold::Direction::Above
                                                                 : Threshold::Direction::Below,
                           trigger_.operand.ifNumber().value_or(0), trigger_.hysteresis.ifNumber().value_or(0));
}

void AttributeWatch::begin(const Attribute& attribute, Object event, Knowledge knowledge, const PendingHold* kept)
{
    // What was kept is of an earlier stretch: the server died before it could note the end of that one. (A value that
    // goes on changing beyond a threshold cannot be told from that; there the earlier one goes on.)
    const bool isOlder = kept && trigger_.hold > 0 && trigger_.test == AttributeTest::Becomes &&
                         knowledge == Knowledge::Known && attribute.changedAt > kept->began;
    if (kept && !kept->isArmed() && !isOlder) {
        // That there was a change is past, whatever the value is now.
        if (trigger_.quiet > 0) wait(*kept);
        else if (knowledge == Knowledge::Unknown) unknown_ = std::make_unique<PendingHold>(*kept);
        else take(*kept, attribute);
        return;
    }
    bool holds = false;
    if (threshold_) {
        if (const auto value = attribute.value.ifNumber()) {
            threshold_->begin(*value);
            holds = threshold_->isCrossed();
        }
    }
    else holds = trigger_.test == AttributeTest::Becomes && attribute.value == trigger_.operand;
    if (trigger_.hold == 0) return;
    const auto due = attribute.changedAt + std::chrono::microseconds(trigger_.hold);
    // The file was saved in the middle of a hold: its rest counts; one whose end had passed is of no concern to a new
    // rule. A trigger that was armed before missed the beginning because the server died in that moment.
    if (!holds || (!kept && due <= clock_.now())) {
        if (!kept || isOlder) rest();
        return;
    }
    PendingHold hold{attribute.changedAt, due, std::move(event), Cause{newCorrelationId(), "device", 0}};
    if (knowledge == Knowledge::Unknown) unknown_ = std::make_unique<PendingHold>(std::move(hold));
    else wait(std::move(hold));
}

void AttributeWatch::take(const PendingHold& kept, const Attribute& attribute)
{
    const bool lasts = resumes(attribute.value);
    // The server died in the moment between the end of the time and the journal of the run; then the value changed.
    const bool lastedWholly = attribute.changedAt >= kept.due;
    if (kept.isDue() && (lasts || lastedWholly)) return wait(kept);
    if (lasts) spent_ = true;
    else if (kept.isSpent()) rest();
    else {
        began_ = kept.began;
        cutShort();
    }
}

bool AttributeWatch::resumes(const Value& value)
{
    if (!threshold_) return value == trigger_.operand;
    const auto number = value.ifNumber();
    if (number) threshold_->resume(*number);
    return number && threshold_->isCrossed();
}

AttributeWatch::Verdict AttributeWatch::judge(const Value& value)
{
    if (threshold_) {
        const auto number = value.ifNumber();
        if (!number) return {false, true};
        const bool starts = threshold_->crosses(*number);
        return {starts, !threshold_->isCrossed()};
    }
    if (trigger_.test == AttributeTest::Changes) return {true, false};
    const bool equal = value == trigger_.operand;
    return {equal, !equal};
}

void AttributeWatch::change(const AttributeChanged& change, const std::function<Object()>& event, Tracing tracing)
{
    if (unknown_) return confirm(change.attribute);
    // What was due before this change is owed, even if nobody has come to it yet (the server was down, or is busy).
    if (timer_ && due_ <= clock_.now()) start();
    const auto verdict = judge(change.attribute.value);
    if (tracing == Tracing::On && threshold_) {
        const auto number = change.attribute.value.ifNumber();
        if (verdict.starts) nearest_ = std::numeric_limits<double>::quiet_NaN();
        else if (number && verdict.ends && !(threshold_->isNearer(nearest_, *number) || nearest_ == *number)) {
            nearest_ = *number;
            nearestAt_ = change.attribute.changedAt;
        }
    }
    if (verdict.ends && trigger_.hold > 0) {
        if (timer_) cutShort();
        else if (std::exchange(spent_, false)) rest();
    }
    if (!verdict.starts) return;
    if (trigger_.hold == 0 && trigger_.quiet == 0) return handlers_.fire(trigger_, event(), change.cause, Delay::None);
    const auto now = clock_.now();
    wait({now, now + std::chrono::microseconds(std::max(trigger_.hold, trigger_.quiet)), event(), change.cause});
}

void AttributeWatch::confirm(const Attribute& attribute)
{
    if (!unknown_ || attribute.value.isNull()) return;
    const auto kept = std::move(unknown_);
    auto now = attribute;
    now.changedAt = kept->began; // while nobody listened; that it lasted long enough is not known
    take(*kept, now);
}

void AttributeWatch::rest()
{
    handlers_.keep(trigger_, trigger_.hold > 0 ? std::optional<PendingHold>(std::in_place) : std::nullopt);
}

void AttributeWatch::cutShort()
{
    timer_.reset();
    waiting_.reset();
    rest();
    // Two numbers, so that noting it allocates nothing.
    handlers_.skip([hold = trigger_.hold, lasted = began_ == UtcTime{} ? -1 : (clock_.now() - began_).count()] {
        const std::chrono::microseconds span(lasted);
        return reasons::holdCutShort(std::chrono::microseconds(hold), lasted < 0 ? std::nullopt : std::optional(span));
    });
}

void AttributeWatch::wait(PendingHold hold)
{
    began_ = hold.began;
    due_ = hold.due;
    const auto late = clock_.now() - hold.due;
    if (late > inTime) hold.event.set("late", static_cast<double>(late.count()) / 1e6);
    handlers_.keep(trigger_, hold);
    waiting_ = std::make_unique<PendingHold>(std::move(hold));
    timer_ = scheduler_.after(std::max(-late, UtcTime::duration{0}), [this] { start(); });
}

void AttributeWatch::start()
{
    const auto timer = std::exchange(timer_, {}); // keeps what runs alive
    const auto hold = std::move(waiting_);
    spent_ = trigger_.hold > 0;
    const auto [trigger, fire] = std::pair(trigger_, handlers_.fire); // which may remove this watch
    fire(trigger, std::move(hold->event), hold->cause, Delay::Held);
}

AttributeWatch::State AttributeWatch::state(const Value& value) const
{
    State state;
    if (threshold_) {
        state.isCrossed = threshold_->isCrossed();
        state.rearmAt = threshold_->rearmAt();
        if (const auto number = value.ifNumber()) state.isBeyond = threshold_->isBeyond(*number);
        if (!std::isnan(nearest_)) state.nearest = nearest_;
        state.nearestAt = nearestAt_;
    }
    if (timer_) state.due = due_;
    state.began = began_;
    if (unknown_) {
        state.isUnknown = true;
        state.began = unknown_->began;
        state.due = unknown_->due;
    }
    return state;
}

SilenceWatch::SilenceWatch(SilenceTrigger trigger, const Devices& devices, Scheduler& scheduler, const Clock& clock,
                           std::function<void(UtcTime)> fire)
    : trigger_(std::move(trigger)), devices_(devices), scheduler_(scheduler), clock_(clock), fire_(std::move(fire)),
      begin_(clock.now())
{
    look();
}

UtcTime SilenceWatch::lastReport() const
{
    const auto device = devices_.find(DeviceId{trigger_.device});
    const auto* attribute = device ? device->find(trigger_.attribute) : nullptr;
    return attribute ? attribute->reportedAt : UtcTime{};
}

SilenceWatch::State SilenceWatch::state() const
{
    const auto last = lastReport();
    // A restart must not tell of the time in which nobody listened.
    const auto since = std::max(last, begin_);
    return {last, since + std::chrono::microseconds(trigger_.period), told_ == since};
}

void SilenceWatch::look()
{
    const auto [last, due, isTold] = state();
    const auto now = clock_.now();
    const bool silent = due <= now;
    const std::chrono::microseconds period(trigger_.period);
    timer_ = scheduler_.after(silent ? period : std::chrono::microseconds(due - now), [this] {
        const auto spent = std::exchange(timer_, {});
        look();
    });
    if (!silent || isTold) return;
    told_ = due - period;
    const auto fire = fire_; // which may remove this watch
    fire(last);
}

} // namespace atrium::automation
