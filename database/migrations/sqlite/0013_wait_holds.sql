-- Where the triggers of a wait_for stand that hold or are quiet; a value in the binary wire form as base64.
ALTER TABLE automation_steps ADD COLUMN holds TEXT;
