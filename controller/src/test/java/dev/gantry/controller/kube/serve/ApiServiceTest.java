package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.service.ApiServiceReconciler;
import dev.gantry.controller.kube.service.ServiceReconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.store.Versioned;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service by which pods reach the API. */
class ApiServiceTest {

    private static final String SERVICE = "/api/v1/namespaces/default/services/kubernetes";
    private static final String ENDPOINTS = "/api/v1/namespaces/default/endpoints/kubernetes";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private void settle() throws InterruptedException {
        world.reconcile(new ApiServiceReconciler(world.creation()));
        world.reconcile(new ServiceReconciler());
    }

    private RoutePort port() {
        ServiceRoute route = world.snapshot().list(Kinds.SERVICE_ROUTE).stream()
                .map(Versioned::value)
                .filter(one -> one.getName().equals("kubernetes"))
                .findFirst()
                .orElseThrow();
        assertThat(route.getRelayed()).isTrue();
        assertThat(route.getAddress()).isEqualTo("10.43.0.1");
        return route.getPorts(0);
    }

    @Test
    void isThereFromTheStartAtTheAddressThatPodsAreTold() throws IOException, InterruptedException {
        KubeWorld.Answer service = world.get(SERVICE);
        assertThat(service.text("/spec/clusterIP")).isEqualTo("10.43.0.1");
        assertThat(service.text("/spec/ports/0/name")).isEqualTo("https");
        assertThat(service.json().at("/spec/ports/0/port").asInt()).isEqualTo(443);
        settle();
        assertThat(port().getTargetsList()).as("nobody serves").isEmpty();
    }

    @Test
    void leadsToTheControllersThatThereAre() throws IOException, InterruptedException {
        world.enter("10.0.0.1:4567", "10.0.0.1:6443");
        world.enter("10.0.0.2:4567", "10.0.0.2:6443");
        settle();
        KubeWorld.Answer endpoints = world.get(ENDPOINTS);
        assertThat(endpoints.json().at("/subsets")).hasSize(1);
        assertThat(endpoints.json().at("/subsets/0/addresses").findValuesAsText("ip"))
                .containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(endpoints.json().at("/subsets/0/ports/0/port").asInt()).isEqualTo(6443);
        assertThat(port().getTargetsList())
                .extracting(RouteTarget::getAddress, RouteTarget::getPort)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("10.0.0.1", 6443),
                        org.assertj.core.groups.Tuple.tuple("10.0.0.2", 6443));

        world.enter("10.0.0.2:4567", "10.0.0.2:7443");
        settle();
        assertThat(world.get(ENDPOINTS).json().at("/subsets"))
                .as("one for each port")
                .hasSize(2);
        assertThat(port().getTargetsList()).hasSize(2);
    }

    @Test
    void comesBackWhenSomebodyDeletesIt() throws IOException, InterruptedException {
        world.enter("10.0.0.1:4567", "10.0.0.1:6443");
        settle();
        assertThat(world.delete(SERVICE).status()).isEqualTo(200);
        settle();
        assertThat(world.get(SERVICE).text("/spec/clusterIP")).isEqualTo("10.43.0.1");
        assertThat(port().getTargetsList()).hasSize(1);
    }

    @Test
    void itsEndpointsComeBackWhenSomebodyDeletesThem() throws IOException, InterruptedException {
        world.enter("10.0.0.1:4567", "10.0.0.1:6443");
        settle();
        assertThat(world.delete(ENDPOINTS).status()).isEqualTo(200);
        settle();
        assertThat(port().getTargetsList()).hasSize(1);
    }
}
