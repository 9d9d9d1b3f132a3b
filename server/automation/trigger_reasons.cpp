#include "automation/reasons.h"

#include "automation/reason_words.h"

#include <cmath>

namespace atrium::automation::reasons {

// Of triggers.

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

Reason noMessage(const std::string& filter, UtcTime time, UtcTime now)
{
    const auto span = since(time, now);
    return about("no_message", filter, {"n'a reçu aucun message" + span.fr, "has had no message" + span.en},
                 {{"since", timeOf(time)}});
}

Reason onlyRetained(const std::string& filter, UtcTime last, UtcTime now)
{
    const auto when = ago(last, now);
    return about("only_retained", filter,
                 {"n'a reçu que des messages conservés (" + when.fr + "), que la règle ignore",
                  "has had only retained messages (" + when.en + "), which the rule ignores"},
                 {{"last", timeOf(last)}});
}

Reason lastMessage(const std::string& topic, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    return about("last_message", topic, {"a reçu son dernier message " + when.fr, "had its last message " + when.en},
                 {{"at", timeOf(at)}});
}

Reason messageTooLarge(std::size_t bytes, std::size_t limit)
{
    return {"message_too_large",
            {"le message dépasse " + std::to_string(limit / 1024) + " Kio",
             "the message is larger than " + std::to_string(limit / 1024) + " KiB"},
            {{"bytes", static_cast<std::int64_t>(bytes)}, {"limit", static_cast<std::int64_t>(limit)}}};
}

Reason noJson(const std::string& error)
{
    return {
        "no_json", {"le message n'est pas du JSON : " + error, "the message is no JSON: " + error}, {{"error", error}}};
}

Reason nextPeriod(UtcTime at, UtcTime now)
{
    return {"next_period",
            {"Prochaine fois dans " + shown(at - now), "The next time is in " + shown(at - now)},
            {{"at", timeOf(at)}, {"left_s", seconds(at - now)}}};
}

Reason nextTime(UtcTime at, const std::string& local, const std::string& zone, UtcTime now)
{
    return {"next_time",
            {"Prochaine fois dans " + shown(at - now) + " (" + local + ")",
             "The next time is in " + shown(at - now) + " (" + local + ")"},
            {{"at", timeOf(at)}, {"local", local}, {"zone", zone}, {"left_s", seconds(at - now)}}};
}

Reason exceptionDay(const std::string& local, const std::string& zone, std::optional<UtcTime> next, UtcTime now)
{
    return {
        "exception_day",
        {local + " est exclu par les jours de l'horaire" + (next ? " ; prochaine fois dans " + shown(*next - now) : ""),
         local + " is left out by the days of the schedule" +
             (next ? "; the next time is in " + shown(*next - now) : "")},
        {{"left_out", local}, {"zone", zone}, {"next", next ? timeOf(*next) : Value()}}};
}

Reason localTimeSkipped(const std::string& change, const std::string& zone, UtcTime at, UtcTime now)
{
    const bool isPast = at <= now;
    const auto span = shown(isPast ? now - at : at - now);
    return {"local_time_skipped",
            {"L'heure de l'horaire n'existe pas le jour où l'horloge avance à " + change + " (" + zone + ", " +
                 (isPast ? "il y a " : "dans ") + span + "), et l'horaire la saute (dst = \"skip\")",
             "The time of the schedule does not exist on the day on which the clock goes forward to " + change + " (" +
                 zone + ", " + (isPast ? span + " ago" : "in " + span) +
                 "), and the schedule skips it (dst = \"skip\")"},
            {{"change", change}, {"zone", zone}, {"at", timeOf(at)}}};
}

Reason scheduleOver()
{
    return {
        "schedule_over", {"L'horaire est terminé : aucune date ne reste", "The schedule is over: no day is left"}, {}};
}

Reason missed()
{
    return {"missed",
            {"manqué : le serveur était arrêté, ou son horloge a avancé",
             "missed: the server was down, or its clock jumped ahead"},
            {}};
}

Reason clockSetBack()
{
    return {"clock_set_back",
            {"l'horloge a été reculée de plus de deux heures", "the clock was set back by more than two hours"},
            {}};
}

Reason noEvent(const std::string& name, const std::string& heard)
{
    return {"no_event",
            {"L'événement « " + name + " » n'est pas arrivé depuis le démarrage" +
                 (heard.empty() ? "" : " (« " + heard + " » est arrivé)"),
             "The event \"" + name + "\" has not come since the server started" +
                 (heard.empty() ? "" : " (\"" + heard + "\" has)")},
            {{"event", name}, {"heard", heard.empty() ? Value() : Value(heard)}}};
}

Reason lastEvent(const std::string& name, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    return {"last_event",
            {"L'événement « " + name + " » est arrivé " + when.fr, "The event \"" + name + "\" came " + when.en},
            {{"event", name}, {"at", timeOf(at)}}};
}

Reason noCall(const std::string& hook)
{
    return {"no_call",
            {"Personne n'a appelé le crochet « " + hook + " » depuis le démarrage",
             "Nobody has called the hook \"" + hook + "\" since the server started"},
            {{"hook", hook}}};
}

Reason lastCall(const std::string& hook, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    return {"last_call",
            {"Le crochet « " + hook + " » a été appelé " + when.fr, "The hook \"" + hook + "\" was called " + when.en},
            {{"hook", hook}, {"at", timeOf(at)}}};
}

Reason onlyAtStart()
{
    return {"only_at_start",
            {"Seulement au démarrage du serveur, ou au premier enregistrement",
             "Only when the server starts, or when it is saved for the first time"},
            {}};
}

Reason onlyAtStop() { return {"only_at_stop", {"Seulement à l'arrêt du serveur", "Only when the server stops"}, {}}; }

} // namespace atrium::automation::reasons
