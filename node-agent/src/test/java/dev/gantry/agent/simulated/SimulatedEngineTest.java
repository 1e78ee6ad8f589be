package dev.gantry.agent.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.ObservedContainer.State;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Health;
import dev.gantry.proto.HealthCheck;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PortMapping;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulatedEngineTest {

    private static final Simulation WELL = new Simulation(2, 1 << 30, Duration.ZERO, Duration.ZERO, 0, 7);

    private final Addresses addresses = new Addresses();
    private final List<Runnable> alarms = new ArrayList<>();
    private final SimulatedEngine engine = engine(WELL);

    private SimulatedEngine engine(Simulation simulation) {
        return SimulatedEngine.of(simulation, addresses, InstantSource.system(), (_, what) -> alarms.add(what));
    }

    private static ContainerSpec.Builder spec(String name) {
        return ContainerSpec.newBuilder().setName(name).setImage("no/such:image");
    }

    private static Creation creation(ContainerSpec spec, NetworkMode network) {
        return new Creation(
                "box-" + spec.getName(),
                spec,
                network,
                "",
                "",
                "",
                new Creation.Limits("", 0, 0),
                Map.of(Labels.WORKLOAD, "default/task", Labels.CONTAINER, spec.getName()),
                List.of(),
                List.of(),
                List.of(),
                "json-file",
                Map.of(),
                "",
                "",
                "");
    }

    private static String started(SimulatedEngine engine, ContainerSpec.Builder spec) throws InterruptedException {
        String id = created(engine, spec);
        engine.start(id);
        return id;
    }

    private static String created(SimulatedEngine engine, ContainerSpec.Builder spec) {
        engine.pull(
                "no/such:image", Optional.empty(), new ContainerEngine.Patience(Duration.ZERO, Duration.ZERO), _ -> {});
        return engine.create(creation(spec.build(), NetworkMode.BRIDGE));
    }

    private ObservedContainer look(String id) {
        return engine.inspect(id).map(Sighting::container).orElseThrow();
    }

    @Test
    void aContainerNeedsItsImageFirstWhichAlwaysCanBePulled() {
        Creation creation = creation(spec("web").build(), NetworkMode.BRIDGE);
        assertThatThrownBy(() -> engine.create(creation))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.NOT_FOUND));
        assertThat(created(engine, spec("web"))).hasSize(64);
    }

    @Test
    void aServerRunsUntilItIsStopped() throws Exception {
        String id = started(engine, spec("web"));
        assertThat(look(id)).returns(State.RUNNING, ObservedContainer::state);
        engine.stop(id, Duration.ofSeconds(30));
        assertThat(look(id)).returns(State.EXITED, ObservedContainer::state).returns(143, ObservedContainer::exitCode);
    }

    @Test
    void whatHasNoTimeToEndIsKilled() throws Exception {
        String id = started(engine, spec("web"));
        engine.stop(id, Duration.ZERO);
        assertThat(look(id)).returns(137, ObservedContainer::exitCode);
    }

    @Test
    void aCommandThatEndsEndsWithItsCode() throws Exception {
        String id = started(engine, spec("batch").addAllCommand(List.of("sh", "-c", "sleep 5; exit 3")));
        assertThat(look(id)).returns(State.RUNNING, ObservedContainer::state);
        alarms.forEach(Runnable::run);
        assertThat(look(id)).returns(State.EXITED, ObservedContainer::state).returns(3, ObservedContainer::exitCode);
    }

    @Test
    void theEndOfOneRunIsNotThatOfTheNext() throws Exception {
        String id = started(engine, spec("batch").addAllCommand(List.of("sleep", "5")));
        engine.stop(id, Duration.ofSeconds(1));
        engine.start(id);
        alarms.removeFirst().run();
        assertThat(look(id)).returns(State.RUNNING, ObservedContainer::state);
    }

    @Test
    void healthChecksPass() throws Exception {
        String checked = started(engine, spec("web").setHealthCheck(HealthCheck.getDefaultInstance()));
        assertThat(look(checked).health()).isEqualTo(Health.HEALTHY);
        String other = started(engine, spec("other"));
        assertThat(look(other).health()).isEqualTo(Health.HEALTH_UNKNOWN);
    }

    @Test
    void hostPortsAreHadByOneContainerAtATime() throws Exception {
        PortMapping port =
                PortMapping.newBuilder().setContainerPort(80).setHostPort(8080).build();
        String first = started(engine, spec("first").addPorts(port));
        String second = created(engine, spec("second").addPorts(port));
        assertThatThrownBy(() -> engine.start(second))
                .hasMessageContaining("0.0.0.0:8080 failed: port is already allocated");
        engine.kill(first);
        engine.start(second);
        assertThat(look(second).bindings())
                .extracting(NetworkBinding::getHostPort)
                .containsExactly(8080);
    }

    @Test
    void dynamicPortsAndAddressesDiffer() throws Exception {
        PortMapping dynamic = PortMapping.newBuilder().setContainerPort(80).build();
        String first = started(engine, spec("first").addPorts(dynamic));
        String second = started(engine(WELL), spec("second"));
        String third = started(engine, spec("third").addPorts(dynamic));
        assertThat(look(first).bindings().getFirst().getHostPort())
                .isNotEqualTo(look(third).bindings().getFirst().getHostPort());
        assertThat(look(first).addresses())
                .hasSize(1)
                .doesNotContainAnyElementsOf(look(third).addresses());
        assertThat(look(third).addresses()).containsExactly("198.18.0.3");
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void theSameSeedMakesTheSameStartsFail() throws Exception {
        Simulation ill = new Simulation(2, 1 << 30, Duration.ZERO, Duration.ZERO, 0.5, 7);
        List<Boolean> once = starts(engine(ill));
        assertThat(starts(engine(ill))).isEqualTo(once);
        assertThat(once).contains(true, false);
        assertThat(starts(engine(ill.ofNode(1)))).isNotEqualTo(once);
    }

    private static List<Boolean> starts(SimulatedEngine engine) throws InterruptedException {
        List<Boolean> all = new ArrayList<>();
        for (int number : IntStream.range(0, 40).toArray()) {
            String id = created(engine, spec("c" + number));
            try {
                engine.start(id);
                all.add(true);
            } catch (EngineException e) {
                assertThat(e.text()).contains("failure rate of 0.5");
                all.add(false);
            }
        }
        return all;
    }

    @Test
    void whoWatchesIsToldOfEveryChange() throws Exception {
        BlockingQueue<EngineEvent> heard = new LinkedBlockingQueue<>();
        Thread watching = Thread.ofVirtual().start(() -> {
            try {
                engine.events(heard::add);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new EngineEvent.Connected());
        String id = started(engine, spec("web"));
        engine.kill(id);
        engine.remove(id);
        engine.close();
        assertThat(watching.join(Duration.ofSeconds(10))).isTrue();
        assertThat(heard)
                .startsWith(new EngineEvent.ImagesChanged())
                .filteredOn(EngineEvent.Changed.class::isInstance)
                .extracting(event -> ((EngineEvent.Changed) event).change())
                .containsExactly(EngineEvent.Change.STARTED, EngineEvent.Change.DIED, EngineEvent.Change.REMOVED);
    }

    @Test
    void theLogSaysThatNothingRan() throws Exception {
        StringBuilder log = new StringBuilder();
        engine.logs(
                started(engine, spec("web")),
                LogsRequest.newBuilder().setTail(-1).build(),
                (_, bytes) -> {
                    log.append(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
                    return true;
                });
        assertThat(log.toString())
                .isEqualTo("gantry: nothing runs here, the node is simulated; the image is no/such:image\n");
    }

    @Test
    void noCommandRunsInAContainer() throws Exception {
        String id = started(engine, spec("web"));
        assertThatThrownBy(() -> engine.exec(
                        id, ExecRequest.getDefaultInstance(), InputStream.nullInputStream(), (_, _) -> true))
                .hasMessageContaining("its node is simulated");
    }

    @Test
    void volumesOfNobodyAreUnused() {
        engine.createVolume("mine", "local", Map.of(), Map.of(Labels.WORKLOAD, "default/task"));
        engine.createVolume("shared", "local", Map.of(), Map.of());
        assertThat(engine.unusedVolumes()).containsExactly("mine");
        engine.removeVolume("mine");
        assertThat(engine.hasVolume("mine")).isFalse();
    }

    @Test
    void aSimulationHasBounds() {
        assertThatThrownBy(() -> new Simulation(0, 1, Duration.ZERO, Duration.ZERO, 0, 0))
                .hasMessageContaining("CPUs");
        assertThatThrownBy(() -> new Simulation(1, 1, Duration.ofSeconds(2), Duration.ofSeconds(1), 0, 0))
                .hasMessageContaining("at least as long at most");
        assertThatThrownBy(() -> new Simulation(1, 1, Duration.ZERO, Duration.ZERO, Double.NaN, 0))
                .hasMessageContaining("failure rate");
    }
}
