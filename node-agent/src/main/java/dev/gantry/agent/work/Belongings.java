package dev.gantry.agent.work;

import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.plan.Fact;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to what belongs to a workload beside its containers: mounts, files and volumes. */
record Belongings(Hands.Builder builder) {

    private static final Logger LOG = LoggerFactory.getLogger(Belongings.class);

    /**
     * While others start: a server that does not answer holds nobody else up.
     *
     * @return why the container cannot start
     */
    Optional<Fact> attach(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        try {
            builder.attach(workload, container);
            return Optional.empty();
        } catch (RefusedTaskException e) {
            return Optional.of(new Fact.Failed(container.getName(), e.reason(), false));
        } catch (EngineException e) {
            return Optional.of(new Fact.Delayed(container.getName(), e.text(), false));
        }
    }

    List<Fact> refresh(DesiredWorkload workload) {
        try {
            builder.refresh(workload);
        } catch (UncheckedIOException | RefusedTaskException e) {
            LOG.warn("The files of {} cannot be written anew: {}", Names.key(workload), e.getMessage());
        }
        return List.of();
    }

    List<Fact> detach(DesiredWorkload workload) throws InterruptedException {
        try {
            builder.detach(workload);
        } catch (RefusedTaskException e) {
            // The janitor tries again.
            LOG.warn("What {} has mounted stays for now: {}", Names.key(workload), e.getMessage());
        }
        return List.of();
    }

    List<Fact> clear(DesiredWorkload workload) throws InterruptedException {
        try {
            builder.clear(workload);
        } catch (EngineException | RefusedTaskException e) {
            // The janitor removes what is left.
            LOG.warn("Volumes of {} cannot be removed yet: {}", Names.key(workload), e.getMessage());
        }
        return List.of();
    }
}
