"""The captioner that comes with the lab. No torch."""

FLAMINGO = "flamingo-flickr8k"
