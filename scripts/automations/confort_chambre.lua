-- Cools the bedroom between 24 and 26 degrees. The hysteresis keeps the device from switching to and fro.
local climate = device "chambre/climatiseur"

rule "Climatisation si chaud" {
  on  = { climate.temperature:above(26, { hysteresis = 1 }) },
  when = { climate.status:is_not(true) },
  run = function(ev)
    local ok, reason = climate:on()
    if not ok then log.error("the climate device refuses:", reason) return end
    log.info("on at", ev.new, "°C")
  end,
}

rule "Arrêt si frais" {
  on   = { climate.temperature:below(24, { hysteresis = 1 }) },
  when = { climate.status:is(true) },
  run  = function(ev)
    climate:off()
    log.info("off at", ev.new, "°C")
  end,
}
