package dev.gantry.agent.work;

import static dev.gantry.agent.work.Specs.container;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.ServiceRoute;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How pods find services in their variables. */
class ServiceVariablesTest {

    private static final ServiceRoute DATABASE = ServiceRoute.newBuilder()
            .setName("my-db")
            .setAddress("10.43.0.7")
            .addPorts(RoutePort.newBuilder().setName("sql").setPort(5432))
            .addPorts(RoutePort.newBuilder().setName("name-s").setPort(53).setProtocol(Protocol.UDP))
            .build();

    @Test
    void haveTheFormsOfKubernetesAndOfDockersLinks() {
        assertThat(ServiceVariables.of(List.of(DATABASE)))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("MY_DB_SERVICE_HOST", "10.43.0.7"),
                        Map.entry("MY_DB_SERVICE_PORT", "5432"),
                        Map.entry("MY_DB_SERVICE_PORT_SQL", "5432"),
                        Map.entry("MY_DB_SERVICE_PORT_NAME_S", "53"),
                        Map.entry("MY_DB_PORT", "tcp://10.43.0.7:5432"),
                        Map.entry("MY_DB_PORT_5432_TCP", "tcp://10.43.0.7:5432"),
                        Map.entry("MY_DB_PORT_5432_TCP_PROTO", "tcp"),
                        Map.entry("MY_DB_PORT_5432_TCP_PORT", "5432"),
                        Map.entry("MY_DB_PORT_5432_TCP_ADDR", "10.43.0.7"),
                        Map.entry("MY_DB_PORT_53_UDP", "udp://10.43.0.7:53"),
                        Map.entry("MY_DB_PORT_53_UDP_PROTO", "udp"),
                        Map.entry("MY_DB_PORT_53_UDP_PORT", "53"),
                        Map.entry("MY_DB_PORT_53_UDP_ADDR", "10.43.0.7")));
    }

    @Test
    void leaveOutServicesWithoutAnAddress() {
        ServiceRoute headless = DATABASE.toBuilder().clearAddress().build();
        assertThat(ServiceVariables.of(List.of(headless))).isEmpty();
    }

    @Test
    void comeBeforeWhatTheContainerSaysItself() {
        ContainerSpec.Builder web = container("web", "$(MY_DB_PORT) $(X)")
                .setPod(PodContainer.newBuilder()
                        .addEnvironment(EnvironmentSource.newBuilder()
                                .setName("MY_DB_SERVICE_HOST")
                                .setText("mine"))
                        .addEnvironment(
                                EnvironmentSource.newBuilder().setName("X").setText("at $(MY_DB_SERVICE_PORT)")));
        DesiredWorkload pod = Specs.run("p1", web);
        ContainerSpec resolved = new PodEnvironment("n", List.of(), List.of(), List.of(DATABASE))
                .resolve(pod, pod.getSpec().getContainers(0));
        assertThat(resolved.getEnvironmentList())
                .contains(variable("MY_DB_SERVICE_HOST", "mine"), variable("X", "at 5432"))
                .doesNotContain(variable("MY_DB_SERVICE_HOST", "10.43.0.7"));
        assertThat(resolved.getCommandList()).last().isEqualTo("tcp://10.43.0.7:5432 at 5432");
    }

    private static KeyValue variable(String name, String value) {
        return KeyValue.newBuilder().setKey(name).setValue(value).build();
    }
}
