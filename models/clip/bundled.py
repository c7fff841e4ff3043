"""The model of two towers that comes with the lab. No torch."""

CLIP = "clip-flickr8k"
