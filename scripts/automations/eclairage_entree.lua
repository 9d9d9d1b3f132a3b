-- Someone moves in the hall: light for two minutes, longer while there is movement. By day the light stays off.
local light = device "entree/lumiere"
local sensor = device "entree/mouvement"

rule "Lumière sur mouvement" {
  on   = { sensor.motion:becomes(true) },
  when = { function() return (sensor:get "illuminance" or 0) < 150 end },
  mode = "restart",   -- a new movement starts the two minutes again
  run  = function(ev)
    light:on()
    wait "2m"
    light:off()
    log.info("no movement for two minutes, light off")
  end,
}
