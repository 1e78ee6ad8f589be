package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.quota.QuotaReconciler;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import dev.gantry.proto.Phase;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a quota counts, and what it refuses. */
class QuotasTest {

    private static final String SPACE = "/api/v1/namespaces/default/";
    private static final String QUOTAS = SPACE + "resourcequotas";
    private static final String PODS = SPACE + "pods";
    private static final String CLAIMS = SPACE + "persistentvolumeclaims";
    private static final String SERVICES = SPACE + "services";
    private static final String MERGE = "application/merge-patch+json";

    private final QuotaReconciler reconciler = new QuotaReconciler();
    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer quota(String spec) throws IOException, InterruptedException {
        return world.post(QUOTAS, "{'metadata': {'name': 'q'}, 'spec': {%s}}".formatted(spec));
    }

    private void limit(String hard) throws IOException, InterruptedException {
        assertThat(quota("'hard': {" + hard + "}").status()).isEqualTo(201);
    }

    private Answer pod(String name, String resources) throws IOException, InterruptedException {
        return pod(name, resources, "");
    }

    private Answer pod(String name, String resources, String more) throws IOException, InterruptedException {
        return world.post(
                PODS,
                "{'metadata': {'name': '%s'}, 'spec': {%s 'containers': [{'name': 'c', 'image': 'i', 'resources': {%s}}]}}"
                        .formatted(name, more, resources));
    }

    private static void assertMade(Answer answer) {
        assertThat(answer.status()).as(answer.text("/message")).isEqualTo(201);
    }

    private static void assertRefused(Answer answer, String message) {
        assertThat(answer.text("/message")).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text("/reason")).isEqualTo("Forbidden");
    }

    private String used() throws IOException, InterruptedException {
        return world.get(QUOTAS + "/q").json().at("/status/used").toString().replace("\"", "");
    }

    private String version() throws IOException, InterruptedException {
        return world.get(QUOTAS + "/q").text("/metadata/resourceVersion");
    }

    private String recounted() throws IOException, InterruptedException {
        world.reconcile(reconciler);
        return used();
    }

    @Test
    void mustBeOneThatCanBeKept() throws IOException, InterruptedException {
        Answer refused =
                quota("'hard': {'pods': '1.5', 'cpu': 'much', 'memory': '-1', 'disks': '1', 'count/jobs.batch': '2'}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/message"))
                .contains("spec.hard[pods]: Invalid value: \"1.5\": must be an integer")
                .contains("spec.hard[cpu]: Invalid value: \"much\": quantities must match")
                .contains("spec.hard[memory]: Invalid value: \"-1\": must be greater than or equal to 0")
                .contains("spec.hard[disks]: Invalid value: \"disks\": must be a standard resource for quota");
        assertThat(quota("'hard': {'cpu': '1', 'configmaps': '1'}, 'scopes': ['BestEffort', 'NotBestEffort', 'Mine']")
                        .text("/message"))
                .contains("spec.scopes: Invalid value: \"BestEffort\": unsupported scope applied to resource")
                .contains("conflicting scopes")
                .contains("spec.scopes: Invalid value: \"Mine\": unsupported scope");
        assertThat(quota("'hard': {'pods': '1'}, 'scopeSelector': {'matchExpressions': ["
                                + "{'scopeName': 'PriorityClass', 'operator': 'In'},"
                                + "{'scopeName': 'Terminating', 'operator': 'DoesNotExist'}]}")
                        .text("/message"))
                .contains("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
                .contains("must be 'Exist' when scope is any of");
        limit("'pods': '1'");
        assertThat(world.patch(QUOTAS + "/q", MERGE, "{'spec': {'scopes': ['BestEffort']}}")
                        .text("/message"))
                .contains("spec.scopes: Invalid value: [\"BestEffort\"]: field is immutable");
    }

    @Test
    void letsInAsManyPodsAsItSays() throws IOException, InterruptedException {
        limit("'pods': '2'");
        assertMade(pod("a", ""));
        assertMade(pod("b", ""));
        assertRefused(
                pod("c", ""),
                "pods \"c\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2");
        assertThat(world.get(QUOTAS + "/q").json().at("/status"))
                .hasToString("{\"hard\":{\"pods\":\"2\"},\"used\":{\"pods\":\"2\"}}");
    }

    @Test
    void knowsOfRoomThatWasMadeAMomentAgo() throws IOException, InterruptedException {
        limit("'pods': '1'");
        assertMade(pod("a", ""));
        world.delete(PODS + "/a");
        String version = version();
        assertMade(pod("b", ""));
        assertThat(used()).isEqualTo("{pods:1}");
        // Although it says what it said before: whoever counted meanwhile counts anew.
        assertThat(version()).isNotEqualTo(version);
    }

    @Test
    void countsWhatWasThereBeforeIt() throws IOException, InterruptedException {
        assertMade(pod("a", ""));
        assertMade(pod("b", ""));
        limit("'pods': '2'");
        assertThat(pod("c", "").text("/message")).contains("used: pods=2, limited: pods=2");
        assertThat(recounted()).isEqualTo("{pods:2}");
    }

    @Test
    void addsUpWhatPodsAskForAndMayUse() throws IOException, InterruptedException {
        limit("'cpu': '1', 'requests.memory': '1Gi', 'limits.cpu': '2', 'limits.memory': '2Gi'");
        String half = "'requests': {'cpu': '500m', 'memory': '512Mi'}, 'limits': {'cpu': '1', 'memory': '512Mi'}";
        assertMade(pod("a", half));
        assertThat(used()).isEqualTo("{cpu:500m,limits.cpu:1,limits.memory:512Mi,requests.memory:512Mi}");
        assertMade(pod("b", half));
        assertRefused(
                pod("c", half),
                "pods \"c\" is forbidden: exceeded quota: q,"
                        + " requested: cpu=500m,limits.cpu=1,requests.memory=512Mi,"
                        + " used: cpu=1,limits.cpu=2,requests.memory=1Gi,"
                        + " limited: cpu=1,limits.cpu=2,requests.memory=1Gi");
    }

    @Test
    void wantsContainersToSayWhatIsLimited() throws IOException, InterruptedException {
        limit("'requests.cpu': '1', 'limits.memory': '1Gi'");
        assertRefused(
                pod("a", "", "'initContainers': [{'name': 'first', 'image': 'i'}],"),
                "pods \"a\" is forbidden: failed quota: q: must specify limits.memory for: c,first;"
                        + " requests.cpu for: c,first");
        world.post(
                SPACE + "limitranges",
                "{'metadata': {'name': 'l'}, 'spec': {'limits': [{'type': 'Container',"
                        + " 'default': {'cpu': '100m', 'memory': '64Mi'}}]}}");
        assertMade(pod("a", ""));
        assertThat(used()).isEqualTo("{limits.memory:64Mi,requests.cpu:100m}");
    }

    @Test
    void freesWhatAPodUsedWhenItHasEndedAndItsPlaceWhenItIsGone() throws IOException, InterruptedException {
        limit("'pods': '1', 'requests.cpu': '1', 'count/pods': '2'");
        assertMade(pod("a", "'requests': {'cpu': '1'}"));
        assertThat(used()).isEqualTo("{count/pods:1,pods:1,requests.cpu:1}");
        world.report("a", Phase.STOPPED);
        assertThat(recounted()).isEqualTo("{count/pods:1,pods:0,requests.cpu:0}");
        assertMade(pod("b", "'requests': {'cpu': '1'}"));
        assertThat(pod("c", "'requests': {'cpu': '1m'}").text("/message"))
                .contains("requested: count/pods=1,pods=1,requests.cpu=1m, used: count/pods=2,pods=1,requests.cpu=1");
        world.delete(PODS + "/a");
        world.delete(PODS + "/b");
        assertThat(recounted()).isEqualTo("{count/pods:0,pods:0,requests.cpu:0}");
    }

    @Test
    void doesNotChargeForPodsWhoseTimeToEndIsOver() throws IOException, InterruptedException {
        limit("'pods': '1'");
        assertMade(pod("a", ""));
        world.report("a", Phase.RUNNING);
        world.delete(PODS + "/a");
        assertThat(recounted()).isEqualTo("{pods:1}");
        world.pass(Duration.ofSeconds(61));
        assertThat(recounted()).isEqualTo("{pods:0}");
    }

    @Test
    void countsObjectsOfAnyKind() throws IOException, InterruptedException {
        String config = "{'metadata': {'name': '%s'}}";
        limit("'configmaps': '2', 'count/configmaps': '3', 'count/leases.coordination.k8s.io': '1', 'secrets': '0',"
                + " 'count/widgets.example.com': '1', 'resourcequotas': '1', 'count/events': '1'");
        assertThat(recounted())
                .isEqualTo("{configmaps:1,count/configmaps:1,count/events:0,count/leases.coordination.k8s.io:0,"
                        + "count/widgets.example.com:0,resourcequotas:1,secrets:0}");
        assertMade(world.post(SPACE + "configmaps", config.formatted("a")));
        assertRefused(
                world.post(SPACE + "configmaps", config.formatted("b")),
                "configmaps \"b\" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2,"
                        + " limited: configmaps=2");
        String leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
        assertMade(world.post(leases, config.formatted("a")));
        assertRefused(
                world.post(leases, config.formatted("b")),
                "leases.coordination.k8s.io \"b\" is forbidden: exceeded quota: q, requested:"
                        + " count/leases.coordination.k8s.io=1, used: count/leases.coordination.k8s.io=1, limited:"
                        + " count/leases.coordination.k8s.io=1");
        assertThat(world.post(SPACE + "secrets", config.formatted("a")).status())
                .isEqualTo(403);
        assertThat(world.post(QUOTAS, "{'metadata': {'name': 'second'}, 'spec': {'hard': {'pods': '1'}}}")
                        .text("/message"))
                .contains("requested: resourcequotas=1, used: resourcequotas=1");
    }

    @Test
    void countsThePortsOfServicesAlsoWhenTheyBecomeOthers() throws IOException, InterruptedException {
        // one service is the API's own
        limit("'services': '4', 'services.nodeports': '2', 'services.loadbalancers': '1'");
        String service = "{'metadata': {'name': '%s'}, 'spec': {'type': '%s', 'ports': [{'name': 'a', 'port': 80},"
                + " {'name': 'b', 'port': 81}]}}";
        assertMade(world.post(SERVICES, service.formatted("one", "ClusterIP")));
        assertMade(world.post(SERVICES, service.formatted("two", "LoadBalancer")));
        assertThat(used()).isEqualTo("{services:3,services.loadbalancers:1,services.nodeports:2}");
        assertRefused(
                world.patch(SERVICES + "/one", MERGE, "{'spec': {'type': 'NodePort'}}"),
                "services \"one\" is forbidden: exceeded quota: q, requested: services.nodeports=2,"
                        + " used: services.nodeports=2, limited: services.nodeports=2");
        world.delete(SERVICES + "/two");
        assertThat(world.patch(SERVICES + "/one", MERGE, "{'spec': {'type': 'NodePort'}}")
                        .status())
                .isEqualTo(200);
        assertThat(recounted()).isEqualTo("{services:2,services.loadbalancers:0,services.nodeports:2}");
    }

    @Test
    void countsStorageInAllAndByClassAlsoWhenItGrows() throws IOException, InterruptedException {
        String ofClass = "local-path.storageclass.storage.k8s.io/";
        limit("'requests.storage': '10Gi', '%srequests.storage': '4Gi', '%spersistentvolumeclaims': '2'"
                .formatted(ofClass, ofClass));
        String claim = "{'metadata': {'name': '%s'}, 'spec': {'accessModes': ['ReadWriteOnce'], %s"
                + " 'resources': {'requests': {'storage': '%s'}}}}";
        assertMade(world.post(CLAIMS, claim.formatted("a", "", "2Gi")));
        assertMade(world.post(CLAIMS, claim.formatted("other", "'storageClassName': 'other',", "5Gi")));
        assertThat(world.post(CLAIMS, claim.formatted("b", "'storageClassName': 'local-path',", "3Gi"))
                        .text("/message"))
                .contains("requested: " + ofClass + "requests.storage=3Gi, used: " + ofClass + "requests.storage=2Gi");
        String grown = "{'spec': {'resources': {'requests': {'storage': '%s'}}}}";
        assertRefused(
                world.patch(CLAIMS + "/other", MERGE, grown.formatted("9Gi")),
                "persistentvolumeclaims \"other\" is forbidden: exceeded quota: q, requested: requests.storage=4Gi,"
                        + " used: requests.storage=7Gi, limited: requests.storage=10Gi");
        assertThat(world.patch(CLAIMS + "/other", MERGE, grown.formatted("8Gi")).status())
                .isEqualTo(200);
        assertThat(used())
                .isEqualTo("{%spersistentvolumeclaims:1,%srequests.storage:2Gi,requests.storage:10Gi}"
                        .formatted(ofClass, ofClass))
                .isEqualTo(recounted());
    }

    @Test
    void isAboutThePodsOfItsScopes() throws IOException, InterruptedException {
        assertMade(quota("'hard': {'pods': '1'}, 'scopes': ['BestEffort', 'NotTerminating']"));
        assertMade(pod("asks", "'requests': {'cpu': '1'}"));
        assertMade(pod("short", "", "'activeDeadlineSeconds': 60,"));
        assertMade(pod("a", ""));
        assertThat(pod("b", "").text("/message")).contains("used: pods=1, limited: pods=1");
        assertThat(recounted()).isEqualTo("{pods:1}");
    }

    @Test
    void forgetsWhatItLimitsNoLonger() throws IOException, InterruptedException {
        limit("'pods': '5', 'configmaps': '5'");
        assertMade(pod("a", ""));
        assertThat(world.patch(QUOTAS + "/q", MERGE, "{'spec': {'hard': {'pods': null}}}")
                        .json()
                        .at("/status/used"))
                .hasToString("{\"configmaps\":\"1\"}");
        assertMade(pod("b", ""));
        world.patch(QUOTAS + "/q", MERGE, "{'spec': {'hard': {'pods': '2'}}}");
        assertThat(pod("c", "").text("/message")).contains("used: pods=2, limited: pods=2");
    }

    @Test
    void ofWhichThereAreOnlySoMany() throws IOException, InterruptedException {
        String body = "{'metadata': {'name': 'q%d'}, 'spec': {'hard': {'pods': '9'}}}";
        for (int i = 0; i < 32; i++) {
            assertMade(world.post(QUOTAS, body.formatted(i)));
        }
        assertThat(world.post(QUOTAS, body.formatted(32)).text("/message"))
                .contains("a namespace has at most 32 quotas here");
        assertMade(pod("a", ""));
    }

    @Test
    void isDrawnInTables() throws IOException, InterruptedException {
        limit("'pods': '5'");
        assertMade(pod("a", ""));
        Answer table = world.get(QUOTAS, "application/json;as=Table;v=v1;g=meta.k8s.io");
        assertThat(table.json().at("/rows/0/cells").toString()).contains("pods: 1/5");
    }
}
