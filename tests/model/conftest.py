from hypothesis import HealthCheck, settings

# A busy machine must not fail a test: examples are checked, not timed.
settings.register_profile("unspin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unspin")
