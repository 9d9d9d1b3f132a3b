#include "automation/blueprints/blueprint.h"

#include "automation/duration.h"
#include "automation/schedule_trigger.h"
#include "automation/suggestion.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace atrium::automation {

namespace {

using Type = BlueprintInput::Type;
constexpr const char* typeNames[] = {"device", "text", "number", "boolean", "duration", "time", "choice"};
constexpr std::size_t longestText = 1000;

Error invalid(const std::string& field, const std::string& reason)
{
    auto error = makeError(ErrorCode::InvalidArgument, {"Donnée invalide : " + reason, "Invalid input: " + reason});
    error.fields.push_back({field, reason});
    return error;
}

/// Reserved in Lua 5.4: `input.end` is no Lua.
constexpr std::string_view keywords[] = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                         "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                         "repeat",   "return", "then", "true", "until",  "while"};

bool isIdentifier(const std::string& name)
{
    if (std::find(std::begin(keywords), std::end(keywords), name) != std::end(keywords)) return false;
    return !name.empty() && name.size() <= 50 && !std::isdigit(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string luaText(const std::string& text)
{
    std::string quoted = "\"";
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') quoted += {'\\', static_cast<char>(c)};
        else if (c < ' ' || c == 127) {
            char code[8];
            std::snprintf(code, sizeof code, "\\%03u", static_cast<unsigned>(c));
            quoted += code;
        }
        else quoted += static_cast<char>(c);
    }
    return quoted + '"';
}

std::string luaValue(const Value& value)
{
    if (const auto* boolean = value.ifBoolean()) return *boolean ? "true" : "false";
    if (value.isText()) return luaText(value.text());
    if (value.isInteger()) return std::to_string(value.integer());
    char number[40];
    const auto end = std::to_chars(number, number + sizeof number, value.ifNumber().value_or(0)).ptr;
    return {number, end};
}

/// Why a value does not fit its input; empty = it does.
std::string misfit(const BlueprintInput& input, const Value& value)
{
    switch (input.type) {
    case Type::Number: {
        const auto number = value.ifNumber();
        if (!number) return "a number is wanted";
        if (input.minimum && *number < *input.minimum)
            return "it is too small: at least " + luaValue(*input.minimum) + " is wanted";
        if (input.maximum && *number > *input.maximum)
            return "it is too large: at most " + luaValue(*input.maximum) + " is wanted";
        return {};
    }
    case Type::Boolean: return value.isBoolean() ? "" : "true or false is wanted";
    default: break;
    }
    if (!value.isText()) return "a text is wanted";
    const auto& text = value.text();
    if (text.size() > longestText) return "it is longer than 1000 bytes";
    if (input.type == Type::Duration && !parseDuration(text)) return "a duration such as 5m is wanted";
    if (input.type == Type::Time && !parseTimeOfDay(text)) return "a time such as 07:30 is wanted";
    if (input.type == Type::Choice &&
        std::find(input.options.begin(), input.options.end(), text) == input.options.end())
        return "it is none of the choices";
    return {};
}

} // namespace

const char* const inputsSchema =
    R"({"type":"array","maxItems":50,"items":{"type":"object","required":["name","type"],"additionalProperties":false,
      "properties":{"name":{"type":"string","minLength":1,"maxLength":50},"label":{"type":"string","maxLength":200},
      "type":{"type":"string","enum":["device","text","number","boolean","duration","time","choice"]},
      "default":{"type":["string","number","boolean","null"]},"minimum":{"type":"number"},"maximum":{"type":"number"},
      "options":{"type":"array","maxItems":100,"items":{"type":"string","maxLength":200}}}}})";

Result<std::vector<BlueprintInput>> readInputs(const Value& list)
{
    std::vector<BlueprintInput> inputs;
    const auto* entries = list.ifList();
    for (const auto& entry : entries ? *entries : List{}) {
        const auto field = "/inputs/" + std::to_string(inputs.size());
        BlueprintInput input;
        input.name = entry.textOr("name", "");
        input.label = entry.textOr("label", input.name);
        const auto type = std::find(std::begin(typeNames), std::end(typeNames), entry.textOr("type", ""));
        if (type == std::end(typeNames)) return invalid(field + "/type", "there is no such type");
        input.type = static_cast<Type>(type - std::begin(typeNames));
        if (!isIdentifier(input.name))
            return invalid(field + "/name", "a name in letters, digits and _ that is no word of Lua is wanted");
        for (const auto& other : inputs)
            if (other.name == input.name) return invalid(field + "/name", "two inputs have this name");
        if (const auto* minimum = entry.find("minimum")) input.minimum = minimum->ifNumber();
        if (const auto* maximum = entry.find("maximum")) input.maximum = maximum->ifNumber();
        if (const auto* options = entry.find("options"); options && options->isList())
            for (const auto& option : options->list())
                if (option.isText()) input.options.push_back(option.text());
        if (input.type == Type::Choice && input.options.empty())
            return invalid(field + "/options", "a choice wants options");
        if (const auto* fallback = entry.find("default")) input.fallback = *fallback;
        if (!input.fallback.isNull())
            if (const auto reason = misfit(input, input.fallback); !reason.empty())
                return invalid(field + "/default", reason);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

Value toValue(const std::vector<BlueprintInput>& inputs)
{
    List list;
    for (const auto& input : inputs) {
        Object entry{{"name", input.name},
                     {"label", input.label},
                     {"type", typeNames[static_cast<std::size_t>(input.type)]},
                     {"default", input.fallback}};
        if (input.minimum) entry.set("minimum", *input.minimum);
        if (input.maximum) entry.set("maximum", *input.maximum);
        if (!input.options.empty()) entry.set("options", List(input.options.begin(), input.options.end()));
        list.push_back(std::move(entry));
    }
    return list;
}

Result<Object> checkInputs(const std::vector<BlueprintInput>& inputs, const Object& given,
                           const std::function<bool(const std::string& uid)>& isDevice)
{
    Object values;
    Error wrong = makeError(ErrorCode::InvalidArgument,
                            {"Des données du modèle sont invalides", "Inputs of the blueprint are not valid"});
    for (const auto& input : inputs) {
        const auto* found = given.find(input.name);
        const auto value = found && !found->isNull() ? *found : input.fallback;
        auto reason = value.isNull() ? std::string("it is missing") : misfit(input, value);
        if (reason.empty() && input.type == Type::Device && !isDevice(value.text())) reason = "there is no such device";
        if (reason.empty()) values.set(input.name, value);
        else wrong.fields.push_back({"/inputs/" + input.name, reason});
    }
    for (const auto& [name, value] : given) {
        if (std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == name; })) continue;
        Suggestion suggestion(name);
        for (const auto& input : inputs) suggestion.consider(input.name);
        wrong.fields.push_back({"/inputs/" + name, "there is no such input" + suggestion.question()});
    }
    if (!wrong.fields.empty()) return wrong;
    return values;
}

BlueprintExample exampleOf(const std::vector<BlueprintInput>& inputs)
{
    BlueprintExample example;
    for (const auto& input : inputs) {
        const auto named = "input." + input.name;
        auto value = input.fallback;
        if (input.type == Type::Device) value = named; // the house may not have the one that it falls back on
        else if (value.isNull()) {
            switch (input.type) {
            case Type::Number: value = input.minimum.value_or(input.maximum.value_or(1)); break;
            case Type::Boolean: value = false; break;
            case Type::Duration: value = "1m"; break;
            case Type::Time: value = "12:00"; break;
            case Type::Choice: value = input.options.front(); break;
            default: value = named; break;
            }
        }
        // A text may be the name of a device as well.
        if (value == Value(named)) example.standIns.insert(named);
        example.inputs.set(input.name, std::move(value));
    }
    return example;
}

std::string textOf(const Blueprint& blueprint, const Object& inputs)
{
    std::string prelude = "local input = {";
    for (const auto& [name, value] : inputs) prelude += " " + name + " = " + luaValue(value) + ",";
    if (prelude.ends_with(',')) prelude.back() = ' ';
    return prelude + "}; " + blueprint.source;
}

} // namespace atrium::automation
