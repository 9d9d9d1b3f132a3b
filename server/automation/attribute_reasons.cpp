#include "automation/reasons.h"

#include "automation/reason_words.h"

#include <cmath>

namespace atrium::automation::reasons {

// Of triggers on an attribute.

Reason deviceGone(std::int64_t device)
{
    return {"device_gone", {"L'appareil n'existe plus", "The device does not exist any more"}, {{"device", device}}};
}

Reason deviceOffline(const std::string& what, UtcTime lastSeen, UtcTime now)
{
    const auto seen = ago(lastSeen, now);
    return about(
        "device_offline", what,
        {"est hors ligne (vu pour la dernière fois : " + seen.fr + ")", "is offline (last seen: " + seen.en + ")"},
        {{"last_seen", timeOf(lastSeen)}});
}

Reason neverReported(const std::string& what, UtcTime deviceSeen, UtcTime now)
{
    const auto seen = ago(deviceSeen, now);
    return about("never_reported", what,
                 {"n'a jamais été rapporté (appareil vu : " + seen.fr + ")",
                  "was never reported (device seen: " + seen.en + ")"},
                 {{"device_seen", timeOf(deviceSeen)}});
}

Reason reportRefused(const std::string& what, const std::string& why, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    return about("report_refused", what,
                 {"a envoyé " + when.fr + " un message illisible : " + why,
                  "sent a message " + when.en + " that could not be read: " + why},
                 {{"why", why}, {"at", timeOf(at)}});
}

Reason notInReport(const std::string& what, UtcTime reported, UtcTime deviceSeen, UtcTime now)
{
    const auto told = ago(reported, now), seen = ago(deviceSeen, now);
    return about("not_in_report", what,
                 {"n'est pas dans le dernier message de l'appareil (" + seen.fr + ") ; rapporté " + told.fr,
                  "is not in the last report of the device (" + seen.en + "); reported " + told.en},
                 {{"reported", timeOf(reported)}, {"device_seen", timeOf(deviceSeen)}});
}

Reason wrongType(const std::string& what, const Value& value)
{
    return about("wrong_type", what,
                 {"vaut " + shown(value) + ", qui n'est pas un nombre", "is " + shown(value) + ", which is no number"},
                 {{"value", value}, {"wanted", "number"}});
}

Reason notCrossed(const std::string& what, const Crossing& crossing, std::optional<double> nearest, UtcTime nearestAt,
                  UtcTime now)
{
    Text text{"vaut " + shown(crossing.value) + (crossing.above ? " et doit dépasser " : " et doit passer sous ") +
                  shown(crossing.limit),
              "is " + shown(crossing.value) + (crossing.above ? " and has to rise above " : " and has to fall below ") +
                  shown(crossing.limit)};
    if (nearest) {
        const auto when = ago(nearestAt, now);
        text.fr += " (au plus près : " + shown(*nearest) + ", " + when.fr + ")";
        text.en += " (nearest: " + shown(*nearest) + ", " + when.en + ")";
    }
    return about("not_crossed", what, std::move(text),
                 {{"value", crossing.value},
                  {"limit", crossing.limit},
                  {"missing", std::fabs(crossing.limit - crossing.value)},
                  {"nearest", nearest ? Value(*nearest) : Value()},
                  {"nearest_at", nearest ? timeOf(nearestAt) : Value()}});
}

Reason alreadyBeyond(const std::string& what, const Crossing& crossing, UtcTime time, UtcTime now)
{
    const auto span = since(time, now);
    return about("already_beyond", what,
                 {"vaut " + shown(crossing.value) + ", déjà " + (crossing.above ? "au-dessus de " : "au-dessous de ") +
                      shown(crossing.limit) + span.fr + " ; il doit d'abord revenir à " + shown(crossing.rearmAt),
                  "is " + shown(crossing.value) + ", already " + (crossing.above ? "above " : "below ") +
                      shown(crossing.limit) + span.en + "; it has to come back to " + shown(crossing.rearmAt) +
                      " first"},
                 {{"value", crossing.value},
                  {"limit", crossing.limit},
                  {"rearm_at", crossing.rearmAt},
                  {"since", timeOf(time)}});
}

Reason notRearmed(const std::string& what, const Crossing& crossing)
{
    return about("not_rearmed", what,
                 {"vaut " + shown(crossing.value) + " : il doit d'abord revenir à " + shown(crossing.rearmAt) +
                      " avant de compter de nouveau",
                  "is " + shown(crossing.value) + ": it has to come back to " + shown(crossing.rearmAt) +
                      " before it counts again"},
                 {{"value", crossing.value}, {"limit", crossing.limit}, {"rearm_at", crossing.rearmAt}});
}

Reason notSo(const std::string& what, const Value& value, const Value& wanted, UtcTime time, UtcTime now)
{
    const auto span = since(time, now);
    return about("not_so", what,
                 {"vaut " + shown(value) + span.fr + " et doit devenir " + shown(wanted),
                  "is " + shown(value) + span.en + " and has to become " + shown(wanted)},
                 {{"value", value}, {"wanted", wanted}, {"since", timeOf(time)}});
}

Reason alreadySo(const std::string& what, const Value& value, UtcTime time, UtcTime now)
{
    const auto span = since(time, now);
    return about("already_so", what,
                 {"vaut déjà " + shown(value) + span.fr + " ; il doit d'abord changer",
                  "is " + shown(value) + " already" + span.en + "; it has to change first"},
                 {{"value", value}, {"since", timeOf(time)}});
}

Reason noChange(const std::string& what, const Value& value, UtcTime time, UtcTime now)
{
    const auto span = since(time, now);
    return about(
        "no_change", what,
        {"vaut " + shown(value) + span.fr + " sans changer", "is " + shown(value) + span.en + " without a change"},
        {{"value", value}, {"since", timeOf(time)}});
}

Reason holdRunning(const std::string& what, std::chrono::microseconds hold, UtcTime due, UtcTime now)
{
    return about("hold_running", what,
                 {"est comme voulu et doit le rester " + shown(hold) + " (encore " + shown(due - now) + ")",
                  "is as wanted and has to stay so for " + shown(hold) + " (another " + shown(due - now) + ")"},
                 {{"hold_s", seconds(hold)}, {"left_s", seconds(due - now)}, {"due", timeOf(due)}});
}

Reason debounceRunning(const std::string& what, std::chrono::microseconds quiet, UtcTime due, UtcTime now)
{
    return about(
        "debounce_running", what,
        {"a changé ; la règle attend " + shown(quiet) + " sans autre changement (encore " + shown(due - now) + ")",
         "has changed; the rule waits for " + shown(quiet) + " without another change (another " + shown(due - now) +
             ")"},
        {{"quiet_s", seconds(quiet)}, {"left_s", seconds(due - now)}, {"due", timeOf(due)}});
}

Reason holdUnknown(const std::string& what, UtcTime began, UtcTime due)
{
    return about("hold_unknown", what,
                 {"était comme voulu avant le redémarrage ; la règle attend le premier message de l'appareil",
                  "was as wanted before the restart; the rule waits for the first report of the device"},
                 {{"began", timeOf(began)}, {"due", timeOf(due)}});
}

Reason holdCutShort(std::chrono::microseconds hold, std::optional<std::chrono::microseconds> lasted)
{
    const auto span = lasted ? " (" + shown(*lasted) + ")" : std::string();
    return {"hold_cut_short",
            {"cela n'est pas resté ainsi " + shown(hold) + span, "it did not stay so for " + toText(hold) + span},
            {{"hold_s", seconds(hold)}, {"lasted_s", lasted ? Value(seconds(*lasted)) : Value()}}};
}

Reason notSilent(const std::string& what, UtcTime last, UtcTime due, UtcTime now)
{
    const auto when = ago(last, now);
    return about("not_silent", what,
                 {"a parlé " + when.fr + " ; le silence compte encore " + shown(due - now),
                  "spoke " + when.en + "; it has to be silent for another " + shown(due - now)},
                 {{"last", timeOf(last)}, {"due", timeOf(due)}, {"left_s", seconds(due - now)}});
}

Reason silenceTold(const std::string& what, UtcTime last, UtcTime now)
{
    const auto when = ago(last, now);
    return about("silence_told", what,
                 {"se tait (dernier message : " + when.fr + ") et ce silence a déjà été signalé",
                  "is silent (last report: " + when.en + ") and this silence was told already"},
                 {{"last", timeOf(last)}});
}

Reason noMember()
{
    return {"no_member", {"Aucun appareil ne correspond à la sélection", "No device fits the selection"}, {}};
}

} // namespace atrium::automation::reasons
