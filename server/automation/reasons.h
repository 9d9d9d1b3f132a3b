#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "automation/duration.h"
#include "automation/reason.h"

#include <optional>

/// The words for every reason why a rule does not run: one function a code, which is the function's name in snake case.
namespace atrium::automation::reasons {

// ---- of whole automations
/// `by`: nobody = the operator of the machine.
Reason disabled(UserId by, const std::string& name, UtcTime since, UtcTime now);
Reason stoppedByServer(const std::string& why, UtcTime since);
Reason loading();
Reason notLoaded(const std::string& error, std::int64_t line);
Reason unknownDevice(const std::string& name, const std::string& suggestion, const std::string& error,
                     std::int64_t line);
/// The newest text does not load; what runs is the one before.
Reason oldVersion(const std::string& error, std::int64_t line);
Reason budget(int used, int limit, UtcTime until);
/// Budgets were exceeded, not yet often enough to stop the automation.
Reason nearlyStopped(std::size_t offences, std::size_t allowed, UtcTime last);

// ---- of rules
Reason rights(const Text& refusal);
Reason chainTooLong(int hops);
Reason conditionFalse(const std::string& clause);
Reason conditionUnknown(const std::string& clause, const std::string& error);
Reason modeSingle(UtcTime since, UtcTime now);
Reason modeThrottle(std::chrono::microseconds period, std::chrono::microseconds left);
Reason modeParallel(std::size_t running, std::size_t limit);
Reason queueFull(std::size_t waiting, std::size_t limit);
Reason waitsInQueue(std::size_t waiting, std::size_t limit);
Reason serverBusy(std::size_t runs);
/// The newest run of the rule did not come to its end.
Reason runFailed(const std::string& error, std::int64_t line, UtcTime at, UtcTime now);
/// It did, but a step of it came to nothing.
Reason stepFailed(const std::string& what, std::size_t step, const std::string& why, UtcTime at, UtcTime now);
/// Nothing has run since the text became an older one again.
Reason rolledBack(std::int64_t version, std::int64_t older, UtcTime at, UtcTime now);

// ---- of triggers on an attribute; `what` is `uid.attribute`
struct Crossing {
    double value = 0;
    double limit = 0;
    double rearmAt = 0;
    bool above = true;
};
Reason deviceGone(std::int64_t device);
Reason deviceOffline(const std::string& what, UtcTime lastSeen, UtcTime now);
Reason neverReported(const std::string& what, UtcTime deviceSeen, UtcTime now);
/// It sent something that could not be taken.
Reason reportRefused(const std::string& what, const std::string& why, UtcTime at, UtcTime now);
/// The device spoke since, but not of this.
Reason notInReport(const std::string& what, UtcTime reported, UtcTime deviceSeen, UtcTime now);
Reason wrongType(const std::string& what, const Value& value);
/// `nearest`: what came closest since the rule was loaded or last started.
Reason notCrossed(const std::string& what, const Crossing& crossing, std::optional<double> nearest, UtcTime nearestAt,
                  UtcTime now);
Reason alreadyBeyond(const std::string& what, const Crossing& crossing, UtcTime since, UtcTime now);
/// Back from beyond, but not yet by the hysteresis.
Reason notRearmed(const std::string& what, const Crossing& crossing);
Reason notSo(const std::string& what, const Value& value, const Value& wanted, UtcTime since, UtcTime now);
Reason alreadySo(const std::string& what, const Value& value, UtcTime since, UtcTime now);
Reason noChange(const std::string& what, const Value& value, UtcTime since, UtcTime now);
Reason holdRunning(const std::string& what, std::chrono::microseconds hold, UtcTime due, UtcTime now);
Reason debounceRunning(const std::string& what, std::chrono::microseconds quiet, UtcTime due, UtcTime now);
/// A hold from before a restart, of a device that has said nothing since.
Reason holdUnknown(const std::string& what, UtcTime began, UtcTime due);
Reason holdCutShort(std::chrono::microseconds hold, std::optional<std::chrono::microseconds> lasted);
Reason notSilent(const std::string& what, UtcTime last, UtcTime due, UtcTime now);
Reason silenceTold(const std::string& what, UtcTime last, UtcTime now);
Reason noMember();

// ---- of other triggers
Reason noMessage(const std::string& filter, UtcTime since, UtcTime now);
Reason onlyRetained(const std::string& filter, UtcTime last, UtcTime now);
Reason lastMessage(const std::string& topic, UtcTime at, UtcTime now);
Reason messageTooLarge(std::size_t bytes, std::size_t limit);
Reason noJson(const std::string& error);
Reason nextPeriod(UtcTime at, UtcTime now);
Reason nextTime(UtcTime at, const std::string& local, const std::string& zone, UtcTime now);
/// `at` would have been an instant, were its day not left out.
Reason exceptionDay(const std::string& local, const std::string& zone, std::optional<UtcTime> next, UtcTime now);
/// The time that the schedule says does not come on a day on which clocks go forward.
Reason localTimeSkipped(const std::string& change, const std::string& zone, UtcTime at, UtcTime now);
Reason scheduleOver();
Reason missed();
Reason clockSetBack();
/// `heard`: a name like it that was raised.
Reason noEvent(const std::string& name, const std::string& heard);
Reason lastEvent(const std::string& name, UtcTime at, UtcTime now);
Reason noCall(const std::string& hook);
Reason lastCall(const std::string& hook, UtcTime at, UtcTime now);
Reason onlyAtStart();
Reason onlyAtStop();

} // namespace atrium::automation::reasons
