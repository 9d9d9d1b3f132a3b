#pragma once

#include "entity_model.h"

namespace atrium::homeassistant_discovery {

/// The channels, attributes and commands of each component. Errors: a broken template.
Result<void> describeComponent(EntityModel& model, TemplateCache& templates);

} // namespace atrium::homeassistant_discovery
