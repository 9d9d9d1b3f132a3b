#include "automation/reasons.h"

#include "automation/reason_words.h"

namespace atrium::automation::reasons {

// Of whole automations and of rules.

Reason disabled(UserId by, const std::string& name, UtcTime time, UtcTime now)
{
    Text text{"L'automatisation est désactivée", "The automation is disabled"};
    if (!name.empty()) {
        text.fr += " par " + name;
        text.en += " by " + name;
    }
    if (time != UtcTime{}) {
        const auto when = ago(time, now);
        text.fr += ", " + when.fr;
        text.en += ", " + when.en;
    }
    return {"disabled",
            std::move(text),
            {{"by", by ? Value(by.value) : Value()},
             {"name", name.empty() ? Value() : Value(name)},
             {"since", timeOf(time)}}};
}

Reason stoppedByServer(const std::string& why, UtcTime time)
{
    return {"stopped_by_server",
            {"Le serveur a arrêté l'automatisation : " + why, "The server stopped the automation: " + why},
            {{"why", why}, {"since", timeOf(time)}}};
}

Reason loading() { return {"loading", {"L'automatisation se charge", "The automation is being loaded"}, {}}; }

Reason notLoaded(const std::string& error, std::int64_t line)
{
    return {"not_loaded",
            {"Le texte ne se charge pas : " + error, "The text does not load: " + error},
            {{"error", error}, {"line", line}}};
}

Reason unknownDevice(const std::string& name, const std::string& suggestion, const std::string& error,
                     std::int64_t line)
{
    return {"unknown_device",
            {"Aucun appareil ne s'appelle « " + name + " »" +
                 (suggestion.empty() ? "" : " (vouliez-vous dire « " + suggestion + " » ?)"),
             "No device is called \"" + name + "\"" +
                 (suggestion.empty() ? "" : " (did you mean \"" + suggestion + "\"?)")},
            {{"device", name},
             {"suggestion", suggestion.empty() ? Value() : Value(suggestion)},
             {"error", error},
             {"line", line}}};
}

Reason oldVersion(const std::string& error, std::int64_t line)
{
    return {"old_version",
            {"Le nouveau texte ne se charge pas, l'ancien reste en service : " + error,
             "The new text does not load, the one before goes on: " + error},
            {{"error", error}, {"line", line}}};
}

Reason budget(int used, int limit, UtcTime until)
{
    return {"budget",
            {"Le budget d'effets de cette minute est épuisé (" + std::to_string(used) + " sur " +
                 std::to_string(limit) + ")",
             "The budget of effects of this minute is used up (" + std::to_string(used) + " of " +
                 std::to_string(limit) + ")"},
            {{"used", used}, {"limit", limit}, {"until", timeOf(until)}}};
}

Reason nearlyStopped(std::size_t offences, std::size_t allowed, UtcTime last)
{
    const auto count = std::to_string(offences) + "/" + std::to_string(allowed);
    return {"over_budget",
            {"Des exécutions ont dépassé leur budget (" + count + " avant l'arrêt)",
             "Runs went over their budget (" + count + " until it is stopped)"},
            {{"times", static_cast<std::int64_t>(offences)},
             {"allowed", static_cast<std::int64_t>(allowed)},
             {"last", timeOf(last)}}};
}

Reason rights(const Text& refusal)
{
    return {
        "rights", {"Droits insuffisants : " + refusal.fr, "Not permitted: " + refusal.en}, {{"refusal", refusal.en}}};
}

Reason chainTooLong(int hops)
{
    return {"chain_too_long",
            {"La chaîne de règles qui se déclenchent l'une l'autre est trop longue",
             "the chain of rules that set each other off is too long"},
            {{"hops", hops}}};
}

Reason conditionFalse(const std::string& clause)
{
    return {"condition_false",
            {"La condition est fausse : " + clause, "The condition is false: " + clause},
            {{"clause", clause}}};
}

Reason conditionUnknown(const std::string& clause, const std::string& error)
{
    return {"condition_unknown",
            {"La condition ne peut pas être évaluée : " + error, "The condition cannot be evaluated: " + error},
            {{"clause", clause}, {"error", error}}};
}

Reason modeSingle(UtcTime started, UtcTime now)
{
    return {"mode_single",
            {"mode single : la dernière exécution dure encore" + since(started, now).fr,
             "mode single: the last run has not ended" +
                 (started == UtcTime{} ? "" : ", it runs" + since(started, now).en)},
            {{"running_since", timeOf(started)}}};
}

Reason modeThrottle(std::chrono::microseconds period, std::chrono::microseconds left)
{
    return {"mode_throttle",
            {"mode throttle : la dernière exécution a commencé il y a trop peu de temps (encore " + shown(left) + ")",
             "mode throttle: the last run began too short ago (another " + shown(left) + ")"},
            {{"period_s", seconds(period)}, {"left_s", seconds(left)}}};
}

Reason modeParallel(std::size_t running, std::size_t limit)
{
    return {"mode_parallel",
            {"mode parallel : trop d'exécutions en cours (" + std::to_string(running) + ")",
             "mode parallel: too many run already (" + std::to_string(running) + ")"},
            {{"running", static_cast<std::int64_t>(running)}, {"limit", static_cast<std::int64_t>(limit)}}};
}

Reason queueFull(std::size_t waiting, std::size_t limit)
{
    return {"queue_full",
            {"mode queued : trop d'exécutions attendent déjà (" + std::to_string(waiting) + ")",
             "mode queued: too many wait already (" + std::to_string(waiting) + ")"},
            {{"waiting", static_cast<std::int64_t>(waiting)}, {"limit", static_cast<std::int64_t>(limit)}}};
}

Reason waitsInQueue(std::size_t waiting, std::size_t limit)
{
    return {"waits_in_queue",
            {std::to_string(waiting) + " exécution(s) attendent leur tour",
             std::to_string(waiting) + " run(s) wait their turn"},
            {{"waiting", static_cast<std::int64_t>(waiting)}, {"limit", static_cast<std::int64_t>(limit)}}};
}

Reason serverBusy(std::size_t runs)
{
    return {"server_busy",
            {"Trop d'exécutions dans le serveur", "too many runs in the server"},
            {{"runs", static_cast<std::int64_t>(runs)}}};
}

Reason runFailed(const std::string& error, std::int64_t line, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    return {"run_failed",
            {"La dernière exécution, " + when.fr + ", a échoué : " + error,
             "The last run, " + when.en + ", failed: " + error},
            {{"error", error}, {"line", line}, {"at", timeOf(at)}}};
}

Reason stepFailed(const std::string& what, std::size_t step, const std::string& why, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    const auto number = std::to_string(step);
    return about("step_failed", what,
                 {"n'a pas abouti dans la dernière exécution, " + when.fr + " (étape " + number + ") : " + why,
                  "came to nothing in the last run, " + when.en + " (step " + number + "): " + why},
                 {{"step", static_cast<std::int64_t>(step)}, {"why", why}, {"at", timeOf(at)}});
}

Reason rolledBack(std::int64_t version, std::int64_t older, UtcTime at, UtcTime now)
{
    const auto when = ago(at, now);
    return {"rolled_back",
            {"Le texte est de nouveau celui de la version " + std::to_string(older) + " (rétabli " + when.fr +
                 ") ; rien n'a été exécuté depuis",
             "The text is that of version " + std::to_string(older) + " again (since " + when.en +
                 "); nothing has run since"},
            {{"version", version}, {"older", older}, {"at", timeOf(at)}}};
}

} // namespace atrium::automation::reasons
