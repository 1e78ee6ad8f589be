package dev.gantry.agent.work;

import dev.gantry.agent.HealthInquiry;
import dev.gantry.agent.Routing;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.Action;
import dev.gantry.agent.plan.Fact;
import dev.gantry.agent.plan.ProbeKind;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Probe;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done for containers of pods only: their probes, hooks and shields, and the image of their sandbox. */
final class Pods {

    private static final Logger LOG = LoggerFactory.getLogger(Pods.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration HOOK_PATIENCE = Duration.ofMinutes(10);

    private final ContainerEngine engine;
    private final InstantSource clock;
    private final Inquiries inquiries;
    private final Routing routing;

    Pods(ContainerEngine engine, InstantSource clock, HealthInquiry health, Routing routing) {
        this.engine = engine;
        this.clock = clock;
        this.inquiries = new Inquiries(engine, health);
        this.routing = routing;
    }

    /** Makes the image of the sandbox when the engine has none. */
    void provideImage() throws InterruptedException {
        if (engine.image(Sandbox.IMAGE).isEmpty()) {
            engine.importImage(Sandbox.IMAGE, PauseProgram.tar(engine.facts().architecture()));
        }
    }

    /** The addresses of the pod; none while its sandbox does not run. */
    List<String> addresses(DesiredWorkload workload) throws InterruptedException {
        if (workload.getSpec().getNetwork() == NetworkMode.HOST) {
            return List.of();
        }
        Optional<Sighting> sandbox = engine.inspect(Names.container(workload, Sandbox.NAME));
        return sandbox.map(found -> found.container().addresses()).orElse(List.of());
    }

    /** Starts a container. */
    interface Start {
        List<Fact> perform() throws InterruptedException;
    }

    /** Starts a container once what network policies say of its pod is in force; nothing but the sandbox runs before. */
    List<Fact> shielded(DesiredWorkload workload, String container, Start start) throws InterruptedException {
        Optional<LocalPod> pod = Lodging.of(workload).filter(_ -> !Sandbox.isNamed(container));
        Optional<String> problem = pod.isPresent() ? routing.shield(Names.key(workload), pod.get()) : Optional.empty();
        return problem.isPresent()
                ? List.of(new Fact.Failed(container, "CannotCreateContainerError: " + problem.get(), false))
                : start.perform();
    }

    List<Fact> ask(DesiredWorkload workload, ContainerSpec spec, Action.Ask question) throws InterruptedException {
        ProbeKind kind = question.kind();
        Probe probe = kind.of(spec.getPod()).orElseThrow();
        Duration patience = Duration.ofSeconds(Math.max(1, probe.getTimeoutSeconds()));
        Inquiries.Answer answer = ask(workload, probe.getAction(), question.id(), patience);
        return List.of(
                new Fact.Probed(question.container(), kind, question.runMs(), answer.success(), answer.message()));
    }

    private Inquiries.Answer ask(
            DesiredWorkload workload, dev.gantry.proto.ProbeAction action, String id, Duration patience)
            throws InterruptedException {
        if (!engine.runsPrograms()) {
            // Who tests with simulated nodes waits for pods to become ready; nobody else can answer.
            return Inquiries.Answer.YES;
        }
        try {
            boolean local = action.hasExec() || action.hasSleepSeconds();
            String address =
                    local ? LOOPBACK : addresses(workload).stream().findFirst().orElse(LOOPBACK);
            return inquiries.ask(action, id, address, patience);
        } catch (EngineException e) {
            return Inquiries.Answer.no(e.text());
        }
    }

    /**
     * Runs the hook that comes after a start.
     *
     * @return why the container must go; empty when all is well
     */
    Optional<String> afterStart(DesiredWorkload workload, ContainerSpec spec, String id) throws InterruptedException {
        if (!spec.getPod().hasPostStart()) {
            return Optional.empty();
        }
        Inquiries.Answer answer = ask(workload, spec.getPod().getPostStart(), id, HOOK_PATIENCE);
        return answer.success() ? Optional.empty() : Optional.of("PostStartHookError: " + answer.message());
    }

    /**
     * Runs the hook that comes before a stop.
     *
     * @return what is left of the grace
     */
    Duration beforeStop(DesiredWorkload workload, String name, String id, Duration grace) throws InterruptedException {
        Optional<ContainerSpec> hooked =
                Sandbox.container(workload, name).filter(spec -> spec.getPod().hasPreStop());
        if (hooked.isEmpty() || grace.isZero()) {
            return grace;
        }
        Instant from = clock.instant();
        Inquiries.Answer answer = ask(workload, hooked.get().getPod().getPreStop(), id, grace);
        if (!answer.success()) {
            LOG.info("The hook before the stop of {} in {} failed: {}", name, Names.key(workload), answer.message());
        }
        Duration left = grace.minus(Duration.between(from, clock.instant()));
        // Upstream leaves at least two seconds for the container's own end.
        return left.compareTo(Duration.ofSeconds(2)) > 0 ? left : Duration.ofSeconds(2);
    }
}
