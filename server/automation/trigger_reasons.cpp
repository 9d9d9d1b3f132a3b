#include "automation/reasons.h"

#include "automation/reason_words.h"

namespace atrium::automation::reasons {

// Of other triggers.

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
            {"Prochaine fois dans " + shown(at - now) + " (" + shownLocal(local) + ")",
             "The next time is in " + shown(at - now) + " (" + shownLocal(local) + ")"},
            {{"at", timeOf(at)}, {"local", local}, {"zone", zone}, {"left_s", seconds(at - now)}}};
}

Reason exceptionDay(const std::string& local, const std::string& zone, std::optional<UtcTime> next, UtcTime now)
{
    return {"exception_day",
            {shownLocal(local) + " est exclu par les jours de l'horaire" +
                 (next ? " ; prochaine fois dans " + shown(*next - now) : ""),
             shownLocal(local) + " is left out by the days of the schedule" +
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
