package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubeApiTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private static final String SET =
            "{'metadata':{'name':'web'},'spec':{'replicas':1,'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                + "{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'x:1'}]}}},'status':{'replicas':9}}";

    private final KubeWorld world;

    KubeApiTest() throws Exception {
        world = new KubeWorld();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void saysInAStatusWhatItsEdgeRefuses() throws Exception {
        KubeWorld.Answer refused = world.post("/api/v1/namespaces/default/configmaps", " ".repeat((1 << 20) + 1));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.text("/reason")).isEqualTo("RequestEntityTooLarge");
        assertThat(refused.text("/message")).isEqualTo("The request body is too large.");
    }

    @Test
    void createsReadsReplacesAndDeletesAnObject() throws Exception {
        KubeWorld.Answer created = world.post(MAPS, "{'metadata':{'name':'one'},'data':{'a':'b'}}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("/kind")).isEqualTo("ConfigMap");
        assertThat(created.text("/metadata/namespace")).isEqualTo("default");
        assertThat(created.text("/metadata/creationTimestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(world.get(MAPS + "/one").json()).isEqualTo(created.json());

        KubeWorld.Answer replaced = world.put(MAPS + "/one", "{'metadata':{'name':'one'},'data':{'a':'c'}}");
        assertThat(replaced.text("/data/a")).isEqualTo("c");
        assertThat(replaced.text("/metadata/uid")).isEqualTo(created.text("/metadata/uid"));
        assertThat(replaced.text("/metadata/resourceVersion")).isNotEqualTo(created.text("/metadata/resourceVersion"));

        KubeWorld.Answer deleted = world.delete(MAPS + "/one");
        assertThat(deleted.text("/status")).isEqualTo("Success");
        assertThat(deleted.text("/details/uid")).isEqualTo(created.text("/metadata/uid"));
        assertThat(world.get(MAPS + "/one").text("/message")).isEqualTo("configmaps \"one\" not found");
    }

    @Test
    void refusesTheSameNameTwice() throws Exception {
        world.post(MAPS, "{'metadata':{'name':'one'}}");
        KubeWorld.Answer second = world.post(MAPS, "{'metadata':{'name':'one'}}");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text("/reason")).isEqualTo("AlreadyExists");
        assertThat(second.text("/message")).isEqualTo("configmaps \"one\" already exists");
    }

    @Test
    void refusesAWriteToAnObjectThatHasChanged() throws Exception {
        String version = world.post(MAPS, "{'metadata':{'name':'one'}}").text("/metadata/resourceVersion");
        world.put(MAPS + "/one", "{'data':{'a':'1'}}");
        KubeWorld.Answer stale =
                world.put(MAPS + "/one", "{'metadata':{'resourceVersion':'" + version + "'},'data':{'a':'2'}}");
        assertThat(stale.status()).isEqualTo(409);
        assertThat(stale.text("/message"))
                .isEqualTo("Operation cannot be fulfilled on configmaps \"one\": the object has been modified; please"
                        + " apply your changes to the latest version and try again");
    }

    @Test
    void doesNotWriteWhatChangesNothing() throws Exception {
        String version =
                world.post(MAPS, "{'metadata':{'name':'one'},'data':{'a':'1'}}").text("/metadata/resourceVersion");
        assertThat(world.put(MAPS + "/one", "{'data':{'a':'1'}}").text("/metadata/resourceVersion"))
                .isEqualTo(version);
    }

    @Test
    void makesNamesAndLeavesDryRunsUnwritten() throws Exception {
        assertThat(world.post(MAPS, "{'metadata':{'generateName':'made-'}}").text("/metadata/name"))
                .startsWith("made-abcd");
        assertThat(world.post(MAPS + "?dryRun=All", "{'metadata':{'name':'dry'}}")
                        .status())
                .isEqualTo(201);
        assertThat(world.get(MAPS + "/dry").status()).isEqualTo(404);
    }

    @Test
    void refusesANameThatIsNoName() throws Exception {
        KubeWorld.Answer answer = world.post(MAPS, "{'metadata':{'name':'No_Name'}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/message"))
                .startsWith("ConfigMap \"No_Name\" is invalid: metadata.name: Invalid value: \"No_Name\":");
    }

    @Test
    void refusesObjectsInNamespacesThatAreNotThereOrEnd() throws Exception {
        String gone = "/api/v1/namespaces/gone/configmaps";
        assertThat(world.post(gone, "{'metadata':{'name':'one'}}").text("/message"))
                .isEqualTo("namespaces \"gone\" not found");
        world.post("/api/v1/namespaces", "{'metadata':{'name':'gone'}}");
        assertThat(world.get("/api/v1/namespaces/gone/serviceaccounts/default").status())
                .isEqualTo(200);
        assertThat(world.delete("/api/v1/namespaces/gone").text("/status/phase"))
                .isEqualTo("Terminating");
        assertThat(world.post(gone, "{'metadata':{'name':'one'}}").status()).isEqualTo(403);
    }

    @Test
    void listsBySelectorsAndPageByPageFromOneImage() throws Exception {
        for (int i = 1; i <= 3; i++) {
            world.post(MAPS, "{'metadata':{'name':'m" + i + "','labels':{'n':'" + i + "'}}}");
        }
        assertThat(world.get(MAPS + "?labelSelector=n%20in%20(1,3)")
                        .json()
                        .path("items")
                        .findValuesAsText("name"))
                .containsExactly("m1", "m3");
        assertThat(world.get(MAPS + "?fieldSelector=metadata.name%3Dm2")
                        .json()
                        .path("items")
                        .findValuesAsText("name"))
                .containsExactly("m2");
        KubeWorld.Answer page = world.get(MAPS + "?labelSelector=n&limit=2");
        assertThat(page.json().path("items")).hasSize(2);
        assertThat(page.text("/metadata/remainingItemCount")).isEqualTo("1");
        world.delete(MAPS + "/m3");
        KubeWorld.Answer rest =
                world.get(MAPS + "?labelSelector=n&limit=2&continue=" + page.text("/metadata/continue"));
        assertThat(rest.json().path("items").findValuesAsText("name")).containsExactly("m3");
        assertThat(rest.text("/metadata/resourceVersion")).isEqualTo(page.text("/metadata/resourceVersion"));
    }

    @Test
    void listsPodsBySelectorsAndPageByPage() throws Exception {
        String pods = "/api/v1/namespaces/default/pods";
        for (int i = 1; i <= 4; i++) {
            world.post(
                    pods,
                    "{'metadata':{'name':'p" + i + "','labels':{'n':'" + i % 2
                            + "'}},'spec':{'containers':[{'name':'c','image':'i:1'}]}}");
        }
        KubeWorld.Answer page = world.get(pods + "?limit=3");
        assertThat(page.json().path("items"))
                .extracting(pod -> pod.at("/metadata/name").asText())
                .containsExactly("p1", "p2", "p3");
        assertThat(world.get(pods + "?limit=3&continue=" + page.text("/metadata/continue"))
                        .json()
                        .path("items"))
                .extracting(pod -> pod.at("/metadata/name").asText())
                .containsExactly("p4");
        assertThat(world.get(pods + "?labelSelector=n%3D1").json().path("items"))
                .extracting(pod -> pod.at("/metadata/name").asText())
                .containsExactly("p1", "p3");
        assertThat(world.get(pods + "?labelSelector=n%3D1&fieldSelector=metadata.name%21%3Dp1,status.phase%3DPending")
                        .json()
                        .path("items"))
                .extracting(pod -> pod.at("/metadata/name").asText())
                .containsExactly("p3");
    }

    @Test
    void tellsAWatcherWhatHappensAndWhatStopsToMatch() throws Exception {
        String version = world.get(MAPS).text("/metadata/resourceVersion");
        world.post(MAPS, "{'metadata':{'name':'one','labels':{'app':'x'}}}");
        world.post(MAPS, "{'metadata':{'name':'other'}}");
        world.put(MAPS + "/one", "{'metadata':{'labels':{'app':'x'}},'data':{'a':'1'}}");
        world.put(MAPS + "/one", "{'data':{'a':'1'}}");
        assertThat(world.watch(MAPS + "?watch=true&labelSelector=app%3Dx&resourceVersion=" + version, 3))
                .isEqualTo(List.of("ADDED one", "MODIFIED one", "DELETED one"));
    }

    @Test
    void tellsAWatcherFromBeforeWhatItRemembersToListAnew() throws Exception {
        KubeWorld.Answer answer = world.get(MAPS + "?watch=true&resourceVersion=1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/type")).isEqualTo("ERROR");
        assertThat(answer.json().at("/object/code").asInt()).isEqualTo(410);
        assertThat(answer.text("/object/reason")).isEqualTo("Expired");
    }

    @Test
    void printsTablesToThoseWhoAsk() throws Exception {
        world.post(MAPS, "{'metadata':{'name':'one'},'data':{'a':'b'}}");
        KubeWorld.Answer table = world.get(MAPS + "/one", TABLE);
        assertThat(table.text("/kind")).isEqualTo("Table");
        assertThat(table.json().path("columnDefinitions").findValuesAsText("name"))
                .containsExactly("Name", "Data", "Age");
        assertThat(table.json().at("/rows/0/cells").toString()).isEqualTo("[\"one\",\"1\",\"0s\"]");
        assertThat(world.get(MAPS, "application/xml").status()).isEqualTo(406);
    }

    @Test
    void answersDiscoveryInTheFormThatTheClientKnows() throws Exception {
        String old = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
        assertThat(world.get("/apis", old).text("/apiVersion")).isEqualTo("apidiscovery.k8s.io/v2beta1");
        assertThat(world.get("/apis").text("/kind")).isEqualTo("APIGroupList");
        assertThat(world.get("/apis/apps/v1").json().path("resources").findValuesAsText("name"))
                .contains("deployments", "deployments/scale");
    }

    @Test
    void letsNobodyInButForVersionAndHealth() throws Exception {
        assertThat(world.getAs("nobody", "/version").status()).isEqualTo(200);
        assertThat(world.getAs("nobody", "/healthz").status()).isEqualTo(200);
        assertThat(world.getAs("nobody", "/api").status()).isEqualTo(401);
        assertThat(world.getAs("nobody", MAPS).status()).isEqualTo(401);
    }

    @Test
    void letsUsersDoWhatTheirRolesAllow() throws Exception {
        KubeWorld.Answer refused = world.getAs("jane", MAPS);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message"))
                .isEqualTo(
                        "configmaps is forbidden: User \"jane\" cannot list resource \"configmaps\" in API group \"\""
                                + " in the namespace \"default\"");
        world.post(
                "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
                "{'metadata':{'name':'jane'},'roleRef':{'kind':'ClusterRole','name':'view'},"
                        + "'subjects':[{'kind':'User','name':'jane'}]}");
        assertThat(world.getAs("jane", MAPS).status()).isEqualTo(200);
        assertThat(world.getAs("jane", "/api/v1/namespaces/default/secrets").status())
                .isEqualTo(403);
        assertThat(world.getAs("jane", "/api/v1/configmaps").status()).isEqualTo(403);
    }

    @Test
    void scalesWhatHasReplicas() throws Exception {
        String sets = "/apis/apps/v1/namespaces/default/replicasets";
        world.post(sets, SET);
        KubeWorld.Answer scale = world.put(sets + "/web/scale", "{'spec':{'replicas':5}}");
        assertThat(scale.text("/kind")).isEqualTo("Scale");
        assertThat(scale.text("/status/selector")).isEqualTo("a=b");
        assertThat(world.get(sets + "/web").text("/spec/replicas")).isEqualTo("5");
        assertThat(world.get(sets + "/web").text("/metadata/generation")).isEqualTo("2");
    }

    @Test
    void keepsStatusAndSpecApart() throws Exception {
        String sets = "/apis/apps/v1/namespaces/default/replicasets";
        world.post(sets, SET);
        assertThat(world.get(sets + "/web").text("/status/replicas")).isNotEqualTo("9");
        world.put(sets + "/web/status", SET.replace("'replicas':1", "'replicas':7"));
        assertThat(world.get(sets + "/web").text("/spec/replicas")).isEqualTo("1");
        assertThat(world.get(sets + "/web").text("/status/replicas")).isEqualTo("9");
    }

    @Test
    void waitsForFinalizers() throws Exception {
        world.post(MAPS, "{'metadata':{'name':'held','finalizers':['example.com/x']}}");
        assertThat(world.delete(MAPS + "/held").text("/metadata/deletionTimestamp"))
                .isEqualTo("2026-01-02T03:04:05Z");
        assertThat(world.get(MAPS + "/held").status()).isEqualTo(200);
        world.put(MAPS + "/held", "{'metadata':{'finalizers':[]}}");
        assertThat(world.get(MAPS + "/held").status()).isEqualTo(404);
    }

    @Test
    void patchesAndRefusesUnknownFields() throws Exception {
        world.post(MAPS, "{'metadata':{'name':'one'},'data':{'a':'1'}}");
        KubeWorld.Answer merged =
                world.patch(MAPS + "/one", "application/merge-patch+json", "{'data':{'a':null,'b':'2'}}");
        assertThat(merged.json().path("data").toString()).isEqualTo("{\"b\":\"2\"}");
        KubeWorld.Answer listed = world.patch(
                MAPS + "/one", "application/json-patch+json", "[{'op':'add','path':'/data/c','value':'3'}]");
        assertThat(listed.text("/data/c")).isEqualTo("3");
        KubeWorld.Answer strict =
                world.post(MAPS + "?fieldValidation=Strict", "{'metadata':{'name':'two'},'datas':{}}");
        assertThat(strict.status()).isEqualTo(400);
        assertThat(strict.text("/message")).contains("strict decoding error: unknown field \"datas\"");
    }

    @Test
    void fillsInDefaultsAndDoesNotCountThemAsAChange() throws Exception {
        String sets = "/apis/apps/v1/namespaces/default/deployments";
        String web = "{'metadata':{'name':'web'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                + "{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'x:1'}]}}}}";
        assertThat(world.post(sets, web).text("/spec/revisionHistoryLimit")).isEqualTo("10");
        assertThat(world.put(sets + "/web", web).text("/metadata/generation")).isEqualTo("1");
        assertThat(world.post(
                                sets,
                                web.replace("'matchLabels':{'a':'b'}", "'matchLabels':{'a':'c'}")
                                        .replace("'name':'web'", "'name':'other'"))
                        .status())
                .isEqualTo(422);
    }

    @Test
    void showsAPodThatNoNodeHasYetAndTakesItBack() throws Exception {
        String pods = "/api/v1/namespaces/default/pods";
        KubeWorld.Answer created =
                world.post(pods, "{'metadata':{'name':'one'},'spec':{'containers':[{'name':'c','image':'x:1'}]}}");
        assertThat(created.status()).isEqualTo(201);
        KubeWorld.Answer table = world.get(pods, TABLE);
        assertThat(table.json().at("/rows/0/cells/2").asText()).isEqualTo("Pending");
        assertThat(world.get(pods + "/one/log").text("/message")).isEqualTo("pod one does not have a host assigned");
        assertThat(world.delete(pods + "/one").text("/details/uid")).isEqualTo(created.text("/metadata/uid"));
    }

    /** kubectl waits for the end of whatever has the name when it begins to wait, be it the successor. */
    @Test
    void aPodWithoutANodeIsGoneWhenItsDeletionIsAnswered() throws Exception {
        String pods = "/api/v1/namespaces/default/pods";
        String pod = "{'metadata':{'name':'one'},'spec':{'containers':[{'name':'c','image':'x:1'}]}}";
        String first = world.post(pods, pod).text("/metadata/uid");
        world.delete(pods + "/one");
        assertThat(world.get(pods + "/one").status()).isEqualTo(404);
        KubeWorld.Answer second = world.post(pods, pod);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text("/metadata/uid")).isNotEqualTo(first);
    }
}
