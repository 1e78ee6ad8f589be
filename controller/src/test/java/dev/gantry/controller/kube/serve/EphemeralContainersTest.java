package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.pod.SupplyReconciler;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.Workload;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers that are added to pods that run. */
class EphemeralContainersTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String WEB = PODS + "/web";
    private static final String DEBUG = WEB + "/ephemeralcontainers";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
        Answer made = world.post(
                PODS,
                "{'metadata': {'name': 'web'}, 'spec': {'containers': [{'name': 'main', 'image': 'i',"
                        + " 'ports': [{'containerPort': 80}]}]}}");
        assertThat(made.status()).isEqualTo(201);
        world.report("web", Phase.RUNNING);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static String list(String containers) {
        return "{'spec': {'ephemeralContainers': [" + containers + "]}}";
    }

    private Answer add(String containers) throws IOException, InterruptedException {
        return world.patch(DEBUG, STRATEGIC, list(containers));
    }

    private Workload workload() {
        return PodDocument.find(world.snapshot(), new ObjectName("default", ResourceName.PODS, "default", "web"))
                .orElseThrow()
                .record()
                .value();
    }

    private void assertInvalid(Answer answer, String message) {
        assertThat(answer.text("/message")).contains(message);
        assertThat(answer.status()).isEqualTo(422);
    }

    @Test
    void areAddedWithTheirDefaultsAndReachTheNode() throws IOException, InterruptedException {
        Answer added = add("{'name': 'd1', 'image': 'busybox', 'targetContainerName': 'main', 'stdin': true}");
        assertThat(added.status()).isEqualTo(200);
        assertThat(added.text("/spec/ephemeralContainers/0/imagePullPolicy")).isEqualTo("Always");
        assertThat(added.text("/spec/ephemeralContainers/0/terminationMessagePolicy"))
                .isEqualTo("File");
        assertThat(add("{'name': 'd2', 'image': 'busybox'}").status()).isEqualTo(200);

        assertThat(world.get(DEBUG).json().at("/spec/ephemeralContainers")).hasSize(2);
        assertThat(world.get(WEB).json().at("/status/ephemeralContainerStatuses"))
                .hasSize(2)
                .allMatch(status -> status.at("/state/waiting/reason").asText().equals("ContainerCreating"));
        assertThat(workload().getSpec().getContainersList())
                .extracting(ContainerSpec::getName)
                .containsExactlyInAnyOrder("main", "d1", "d2");
        ContainerSpec first = workload().getSpec().getContainersList().stream()
                .filter(one -> one.getName().equals("d1"))
                .findFirst()
                .orElseThrow();
        assertThat(first.getPod().getRole()).isEqualTo(Role.EPHEMERAL);
        assertThat(first.getPod().getTarget()).isEqualTo("main");
        assertThat(first.getInteractive()).isTrue();
        assertThat(first.getEssential()).isFalse();
    }

    @Test
    void changeNothingElseOfThePod() throws IOException, InterruptedException {
        Workload before = workload();
        Answer added = world.patch(
                DEBUG,
                STRATEGIC,
                "{'metadata': {'labels': {'a': 'b'}}, 'spec': {'activeDeadlineSeconds': 5,"
                        + " 'ephemeralContainers': [{'name': 'd', 'image': 'i'}]}}");
        assertThat(added.status()).isEqualTo(200);
        assertThat(added.json().at("/metadata/labels").isMissingNode()).isTrue();
        assertThat(added.json().at("/spec").has("activeDeadlineSeconds")).isFalse();
        assertThat(workload().getSpec().getResources())
                .isEqualTo(before.getSpec().getResources());
        assertThat(workload().getSpec().getContainers(0))
                .isEqualTo(before.getSpec().getContainers(0));
    }

    @Test
    void areReplacedAndAppliedLikewise() throws IOException, InterruptedException {
        Answer whole = world.get(DEBUG);
        String put = whole.json().toString().replace("\"tolerations\"", """
            "ephemeralContainers": [{"name": "d", "image": "i"}], "tolerations\"\
            """);
        assertThat(world.put(DEBUG, put).status()).isEqualTo(200);
        Answer applied = world.patch(
                DEBUG + "?fieldManager=me",
                APPLY,
                "{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'web'},"
                        + " 'spec': {'ephemeralContainers': [{'name': 'e', 'image': 'i'}]}}");
        assertThat(applied.status()).isEqualTo(200);
        assertThat(applied.json().at("/spec/ephemeralContainers"))
                .extracting(one -> one.path("name").asText())
                .containsExactlyInAnyOrder("d", "e");
        assertThat(applied.json().at("/metadata/managedFields"))
                .anyMatch(one -> one.path("manager").asText().equals("me")
                        && one.path("subresource").asText().equals("ephemeralcontainers"));
    }

    @Test
    void onlyCome() throws IOException, InterruptedException {
        assertThat(add("{'name': 'd', 'image': 'i'}").status()).isEqualTo(200);
        assertInvalid(add("{'name': 'd', 'image': 'other'}"), "existing ephemeral containers \"d\" may not be changed");
        assertInvalid(
                world.patch(DEBUG, "application/merge-patch+json", list("")),
                "existing ephemeral containers \"d\" may not be removed");
        assertThat(add("{'name': 'd', 'image': 'i'}").status()).isEqualTo(200);
    }

    @Test
    void areNotAddedInAnotherWay() throws IOException, InterruptedException {
        assertInvalid(
                world.patch(WEB, STRATEGIC, list("{'name': 'd', 'image': 'i'}")), "pod updates may not change fields");
        assertInvalid(
                world.post(
                        PODS,
                        "{'metadata': {'name': 'x'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}],"
                                + " 'ephemeralContainers': [{'name': 'd', 'image': 'i'}]}}"),
                "spec.ephemeralContainers: Forbidden: cannot be set on create");
        assertInvalid(
                world.post(
                        "/apis/apps/v1/namespaces/default/deployments",
                        "{'metadata': {'name': 'x'}, 'spec': {'selector': {'matchLabels': {'a': 'b'}}, 'template':"
                                + " {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'c', 'image':"
                                + " 'i'}], 'ephemeralContainers': [{'name': 'd', 'image': 'i'}]}}}}"),
                "spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template");
    }

    @Test
    void areRefusedWithAllThatIsWrongWithThem() throws IOException, InterruptedException {
        assertInvalid(add("{'name': 'main', 'image': 'i'}"), "spec.ephemeralContainers[0].name: Duplicate value");
        assertInvalid(
                add("{'name': 'd', 'image': 'i', 'targetContainerName': 'x'}"),
                "spec.ephemeralContainers[0].targetContainerName: Not found: \"x\"");
        assertInvalid(
                add("{'name': 'd', 'image': 'i', 'ports': [{'containerPort': 1}]}"),
                "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container");
        Answer refused =
                add("{'name': 'd', 'image': 'i', 'resources': {'limits': {'cpu': '1'}}, 'livenessProbe': {'exec':"
                        + " {'command': ['a']}}, 'lifecycle': {'preStop': {'sleep': {'seconds': 1}}}}");
        assertThat(refused.json().at("/details/causes"))
                .extracting(cause -> cause.path("field").asText())
                .containsExactlyInAnyOrder(
                        "spec.ephemeralContainers[0].resources",
                        "spec.ephemeralContainers[0].livenessProbe",
                        "spec.ephemeralContainers[0].lifecycle");
        assertInvalid(
                add("{'name': 'd', 'image': 'i', 'volumeDevices': [{'name': 'v', 'devicePath': '/x'}]}"),
                "spec.ephemeralContainers[0].volumeDevices: Forbidden: is not supported by this cluster");
        assertThat(workload().getSpec().getContainersCount()).isEqualTo(1);
    }

    @Test
    void areOfABoundedNumber() throws IOException, InterruptedException {
        String many = IntStream.range(0, 33)
                .mapToObj(i -> "{'name': 'd" + i + "', 'image': 'i'}")
                .collect(Collectors.joining(","));
        assertInvalid(add(many), "spec.ephemeralContainers: Too many: must have at most 32");
    }

    @Test
    void getTheSecretsThatTheyNeed() throws IOException, InterruptedException {
        SupplyReconciler supplies = new SupplyReconciler(world.tokens());
        world.post("/api/v1/namespaces/default/secrets", "{'metadata': {'name': 'key'}, 'stringData': {'k': 'v'}}");
        world.reconcile(supplies);
        Workload before = workload();
        Answer added = add(
                "{'name': 'd', 'image': 'i', 'env': [{'name': 'K', 'valueFrom': {'secretKeyRef': {'name': 'key', 'key':"
                        + " 'k'}}}]}");
        assertThat(added.status()).isEqualTo(200);
        world.reconcile(supplies);
        assertThat(before.getSupplies().getSuppliesList())
                .noneMatch(supply -> supply.getName().equals("key"));
        assertThat(workload().getSupplies().getSuppliesList())
                .anyMatch(supply -> supply.getName().equals("key")
                        && supply.getDataOrThrow("k").toStringUtf8().equals("v"));
    }

    @Test
    void areForThoseWhoWereGivenThem() throws IOException, InterruptedException {
        String binding = "{'metadata': {'name': '%1$s'}, 'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind':"
                + " '%2$s', 'name': '%3$s'}, 'subjects': [{'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'User',"
                + " 'name': '%1$s'}]}";
        String rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        world.post(
                rbac + "roles",
                "{'metadata': {'name': 'debug'}, 'rules': [{'apiGroups': [''], 'resources':"
                        + " ['pods/ephemeralcontainers'], 'verbs': ['patch']}]}");
        world.post(rbac + "rolebindings", binding.formatted("doctor", "Role", "debug"));
        world.post(rbac + "rolebindings", binding.formatted("editor", "ClusterRole", "edit"));
        String one = list("{'name': 'd', 'image': 'i'}");
        assertThat(world.patchAs("editor", DEBUG, STRATEGIC, one).status()).isEqualTo(403);
        assertThat(world.patchAs("doctor", DEBUG, STRATEGIC, one).status()).isEqualTo(200);
    }
}
