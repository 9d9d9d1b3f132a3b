#pragma once

#include "atrium/ids.h"
#include "atrium/result.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace atrium::automation {

/// One thing that whoever uses a blueprint is asked for.
struct BlueprintInput {
    enum class Type { Device, Text, Number, Boolean, Duration, Time, Choice };
    std::string name; ///< `input.NAME` in the text
    std::string label;
    Type type = Type::Text;
    Value fallback; ///< Null = it must be given
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::vector<std::string> options; ///< of Choice
};

/// A Lua text that uses `input.NAME`, with what is to be asked for.
struct Blueprint {
    std::int64_t id = 0;
    std::string name;
    std::string description;
    std::vector<BlueprintInput> inputs;
    std::string source;
    std::int64_t version = 0; ///< grows with each change of text or inputs
    UserId author{};
    UtcTime updatedAt{};
};

/// How an automation was made of a blueprint.
struct BlueprintUse {
    AutomationId automation;
    std::int64_t blueprint = 0;
    std::int64_t blueprintVersion = 0;
    std::string textVersion; ///< of the text that was made; another one = somebody edited it, it is no use any more
    Object inputs;
};

/// The JSON Schema of a list of inputs.
extern const char* const inputsSchema;
/// Reads what inputsSchema describes. InvalidArgument with the field that is wrong.
Result<std::vector<BlueprintInput>> readInputs(const Value& list);
Value toValue(const std::vector<BlueprintInput>& inputs);

/// The values for the inputs, with what was left out. InvalidArgument, a field for each that is wrong: missing, of the
/// wrong type, out of its bounds, not known, no device.
Result<Object> checkInputs(const std::vector<BlueprintInput>& inputs, const Object& given,
                           const std::function<bool(const std::string& uid)>& isDevice);

/// Values to check a blueprint's text with before anybody uses it: what the inputs fall back on, else an example that
/// is within their bounds. What is to be named by hand is named `input.NAME`.
struct BlueprintExample {
    Object inputs;
    std::set<std::string> standIns; ///< of devices
};
BlueprintExample exampleOf(const std::vector<BlueprintInput>& inputs);

/// The text of an automation: the inputs as a table `input` before the blueprint's text, on its first line, so that
/// lines in errors are those of the blueprint.
std::string textOf(const Blueprint& blueprint, const Object& inputs);

} // namespace atrium::automation
