#pragma once

#include "atrium/result.h"
#include "atrium/text.h"
#include "atrium/value.h"

#include <memory>
#include <string>
#include <vector>

namespace atrium::http {

/// One JSON Schema, compiled once. `format` is a note for readers only and is not checked. Thread: any after
/// construction.
class SchemaValidator {
public:
    /// Throws std::invalid_argument when the schema is malformed or uses `pattern`, `patternProperties` or `$ref`: with
    /// valijson 1.0 these run std::regex on input or recurse without end.
    explicit SchemaValidator(const std::string& schema);
    ~SchemaValidator();

    /// What is wrong with `value`, as JSON pointers with a sentence in `language`; empty when it is valid.
    std::vector<FieldError> validate(const Value& value, Language language) const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

/// The sentence for one of valijson's English descriptions, in `language`.
std::string translateSchemaError(const std::string& description, Language language);

} // namespace atrium::http
