#pragma once

#include "atrium/value.h"

#include <string_view>

namespace atrium {

enum class LogLevel { Trace, Debug, Info, Warning, Error };

/// Structured log of one component. Never log a secret: fields named like one are redacted as a second line of defence.
/// Thread: any; never blocks on a slow sink for long.
class Log {
public:
    virtual ~Log() = default;
    virtual bool enabled(LogLevel level) const = 0;
    virtual void write(LogLevel level, std::string_view message, const Object& fields = {}) = 0;

    void debug(std::string_view message, const Object& fields = {}) { writeIf(LogLevel::Debug, message, fields); }
    void info(std::string_view message, const Object& fields = {}) { writeIf(LogLevel::Info, message, fields); }
    void warning(std::string_view message, const Object& fields = {}) { writeIf(LogLevel::Warning, message, fields); }
    void error(std::string_view message, const Object& fields = {}) { writeIf(LogLevel::Error, message, fields); }

private:
    void writeIf(LogLevel level, std::string_view message, const Object& fields)
    {
        if (enabled(level)) write(level, message, fields);
    }
};

const char* toString(LogLevel level);

} // namespace atrium
