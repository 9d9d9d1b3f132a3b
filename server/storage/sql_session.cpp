#include "storage/sql_session.h"

#include "atrium/text.h"

#include <cmath>

namespace atrium::storage {

void requireBindable(const SqlValue& value)
{
    if (const auto* text = std::get_if<std::string>(&value.content()); text && !isCleanUtf8(*text))
        throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None, "text is not clean UTF-8 without NUL");
    if (const auto* number = std::get_if<double>(&value.content()); number && !std::isfinite(*number))
        throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None, "number is not finite");
}

} // namespace atrium::storage
