package dev.gantry.agent.plan;

import dev.gantry.proto.PodContainer;
import dev.gantry.proto.Probe;
import java.util.Optional;

/** What a probe decides: whether a container has started, lives, or serves. */
public enum ProbeKind {
    STARTUP,
    LIVENESS,
    READINESS;

    /** The container's probe of this kind. */
    public Optional<Probe> of(PodContainer container) {
        return switch (this) {
            case STARTUP -> container.hasStartup() ? Optional.of(container.getStartup()) : Optional.empty();
            case LIVENESS -> container.hasLiveness() ? Optional.of(container.getLiveness()) : Optional.empty();
            case READINESS -> container.hasReadiness() ? Optional.of(container.getReadiness()) : Optional.empty();
        };
    }
}
