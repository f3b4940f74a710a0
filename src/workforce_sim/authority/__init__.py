"""Authority: what the service is. Validated inputs, defaults with sources, presets."""

from workforce_sim.authority.authority import Authority

__all__ = ["Authority"]
