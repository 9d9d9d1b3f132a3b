#include "automation/attribute_watch.h"

#include "automation/duration.h"

namespace atrium::automation {

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

AttributeWatch::AttributeWatch(AttributeTrigger trigger, Scheduler& scheduler, Handlers handlers)
    : trigger_(std::move(trigger)), scheduler_(scheduler), handlers_(std::move(handlers))
{
    if (trigger_.test == AttributeTest::Above || trigger_.test == AttributeTest::Below)
        threshold_.emplace(trigger_.test == AttributeTest::Above ? Threshold::Direction::Above
                                                                 : Threshold::Direction::Below,
                           trigger_.operand.ifNumber().value_or(0), trigger_.hysteresis.ifNumber().value_or(0));
}

void AttributeWatch::begin(const Attribute& attribute, Object event, UtcTime now)
{
    bool holds = false;
    if (threshold_) {
        const auto value = attribute.value.ifNumber();
        if (!value) return;
        threshold_->begin(*value);
        holds = threshold_->isCrossed();
    }
    else holds = trigger_.test == AttributeTest::Becomes && attribute.value == trigger_.operand;
    // The server was down or the file was saved in the middle of a hold: its rest counts. One whose end has passed was
    // dealt with by the rule as it was then, or by nobody.
    const auto due = attribute.changedAt + std::chrono::microseconds(trigger_.hold);
    if (trigger_.hold > 0 && holds && due > now)
        fireAfter(due - now, std::move(event), Cause{newCorrelationId(), "device", 0});
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

void AttributeWatch::change(const AttributeChanged& change, const std::function<Object()>& event)
{
    const auto verdict = judge(change.attribute.value);
    if (verdict.ends && trigger_.hold > 0 && std::exchange(timer_, {}))
        handlers_.skip("it did not stay so for " + toText(std::chrono::microseconds(trigger_.hold)));
    if (!verdict.starts) return;
    if (trigger_.hold == 0 && trigger_.quiet == 0) return handlers_.fire(event(), change.cause);
    fireAfter(std::chrono::microseconds(std::max(trigger_.hold, trigger_.quiet)), event(), change.cause);
}

void AttributeWatch::fireAfter(std::chrono::microseconds delay, Object event, Cause cause)
{
    timer_ = scheduler_.after(delay, [this, event = std::move(event), cause = std::move(cause)]() mutable {
        const auto spent = std::exchange(timer_, {}); // keeps what runs alive
        const auto fire = handlers_.fire;             // which may remove this watch
        fire(std::move(event), cause);
    });
}

SilenceWatch::SilenceWatch(SilenceTrigger trigger, const Devices& devices, Scheduler& scheduler, const Clock& clock,
                           std::function<void(UtcTime)> fire)
    : trigger_(std::move(trigger)), devices_(devices), scheduler_(scheduler), clock_(clock), fire_(std::move(fire)),
      begin_(clock.now())
{
    look();
}

void SilenceWatch::look()
{
    const std::chrono::microseconds period(trigger_.period);
    UtcTime last{};
    if (const auto device = devices_.find(DeviceId{trigger_.device}))
        if (const auto* attribute = device->find(trigger_.attribute)) last = attribute->reportedAt;
    // A restart must not tell of the time in which nobody listened.
    const auto since = std::max(last, begin_);
    const auto due = since + period;
    const auto now = clock_.now();
    const bool silent = due <= now;
    timer_ = scheduler_.after(silent ? period : std::chrono::microseconds(due - now), [this] {
        const auto spent = std::exchange(timer_, {});
        look();
    });
    if (!silent || told_ == since) return;
    told_ = since;
    const auto fire = fire_; // which may remove this watch
    fire(last);
}

} // namespace atrium::automation
