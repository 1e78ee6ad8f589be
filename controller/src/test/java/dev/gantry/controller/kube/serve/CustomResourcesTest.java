package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.collect.NamespaceReconciler;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Custom objects are served as those of any other kind are. */
class CustomResourcesTest {

    private static final String MERGE = "application/merge-patch+json";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private CustomWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = CustomWorld.withWidgets();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private void redefine(String member, String value) throws IOException, InterruptedException {
        String patch = "[{'op': 'add', 'path': '/spec/versions/0/%s', 'value': %s}]".formatted(member, value);
        KubeWorld.Answer changed =
                world.api.patch(CustomWorld.WIDGETS_DEFINITION, "application/json-patch+json", patch);
        assertThat(changed.status()).as(changed.json().toString()).isEqualTo(200);
        world.settle();
    }

    @Test
    void discoveryNamesTheKind() throws IOException, InterruptedException {
        JsonNode resource = world.api.get("/apis/example.com/v1").json().at("/resources/0");
        assertThat(resource.path("name").asText()).isEqualTo("widgets");
        assertThat(resource.path("singularName").asText()).isEqualTo("widget");
        assertThat(resource.path("shortNames").toString()).isEqualTo("[\"wi\"]");
        assertThat(resource.path("categories").toString()).isEqualTo("[\"all\"]");
        assertThat(world.api.get("/apis/example.com/v1").json().findValuesAsText("name"))
                .containsExactly("widgets", "widgets/status", "widgets/scale");
        assertThat(world.api.get("/apis").json().findValuesAsText("name")).contains("example.com");
        String accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        assertThat(world.api.get("/apis", accept).json().findValuesAsText("resource"))
                .contains("widgets");
    }

    @Test
    void clientsPreferTheMostStableVersion() throws IOException, InterruptedException {
        String versions = String.join(
                ",",
                CustomWorld.version("v1alpha1", true, ""),
                CustomWorld.version("v1beta2", false, ""),
                CustomWorld.version("v2", false, ""),
                CustomWorld.version("v10", false, ""));
        world.define(CustomWorld.definition("gadgets", "Gadget", versions).replace("example.com", "example.org"));
        JsonNode group = world.api.get("/apis/example.org").json();
        assertThat(group.at("/preferredVersion/version").asText()).isEqualTo("v10");
        assertThat(group.path("versions").findValuesAsText("version"))
                .containsExactly("v10", "v2", "v1beta2", "v1alpha1");
    }

    @Test
    void openApiDescribesItAndChangesWithIt() throws IOException, InterruptedException {
        String pointer = "/paths/apis~1example.com~1v1/serverRelativeURL";
        String before = world.api.get("/openapi/v3").text(pointer);
        JsonNode schema = world.api.get(before).json().at("/components/schemas/com.example.v1.Widget");
        assertThat(schema.at("/properties/spec/properties/size/maximum").asInt())
                .isEqualTo(9);
        assertThat(schema.at("/x-kubernetes-group-version-kind/0/kind").asText())
                .isEqualTo("Widget");
        assertThat(world.api
                        .get(before)
                        .json()
                        .at("/components/schemas/V1ObjectMeta")
                        .isObject())
                .isTrue();
        redefine("schema/openAPIV3Schema/description", "'more'");
        assertThat(world.api.get("/openapi/v3").text(pointer)).isNotEqualTo(before);
    }

    @Test
    void objectsAreMadeReadChangedWatchedAndDeleted() throws IOException, InterruptedException {
        KubeWorld.Answer made = world.api.post(CustomWorld.WIDGETS, CustomWorld.widget("w", "'size': 2"));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/metadata/uid")).isNotEmpty();
        world.api.patch(CustomWorld.WIDGET, MERGE, "{'spec': {'size': 3}}");
        assertThat(world.api.get(CustomWorld.WIDGET).text("/spec/size")).isEqualTo("3");
        assertThat(world.api.get(CustomWorld.WIDGETS).json().at("/items").size())
                .isEqualTo(1);
        world.api.delete(CustomWorld.WIDGET);
        String since = "?watch=true&resourceVersion=" + made.text("/metadata/resourceVersion");
        assertThat(world.api.watch("/apis/example.com/v1/widgets" + since, 2))
                .containsExactly("MODIFIED w", "DELETED w");
        assertThat(world.api.get(CustomWorld.WIDGET).status()).isEqualTo(404);
    }

    @Test
    void tablesShowTheColumnsOfTheDefinition() throws IOException, InterruptedException {
        world.make("w", "'size': 2, 'parts': [{'name': 'a'}, {'name': 'b', 'count': 4}]");
        assertThat(world.api
                        .get(CustomWorld.WIDGETS, TABLE)
                        .json()
                        .path("columnDefinitions")
                        .findValuesAsText("name"))
                .containsExactly("Name", "Age");
        redefine("additionalPrinterColumns", """
            [{'name': 'Size', 'type': 'integer', 'jsonPath': '.spec.size'},
             {'name': 'Count', 'type': 'string', 'jsonPath': '.spec.parts[?(@.name==\\'b\\')].count'},
             {'name': 'Parts', 'type': 'string', 'jsonPath': '.spec.parts[*].name', 'priority': 1},
             {'name': 'Ready', 'type': 'boolean', 'jsonPath': '.status.ready'},
             {'name': 'Since', 'type': 'date', 'jsonPath': '.metadata.creationTimestamp'}]\
            """.replace("\\'", "\\\""));
        JsonNode table = world.api.get(CustomWorld.WIDGETS, TABLE).json();
        assertThat(table.at("/rows/0/cells").toString()).isEqualTo("[\"w\",2,\"4\",\"a,b\",null,\"0s\"]");
        assertThat(table.path("columnDefinitions").findValuesAsText("priority"))
                .containsExactly("0", "0", "0", "1", "0", "0");
    }

    @Test
    void oneObjectIsSeenInEveryVersion() throws IOException, InterruptedException {
        String versions = CustomWorld.version("v1", true, "'a': {'type': 'string'}") + ","
                + CustomWorld.version("v1beta1", false, "'a': {'type': 'string'}")
                        .replaceFirst("\\{", "{'deprecated': true,");
        world.define(CustomWorld.definition("gadgets", "Gadget", versions));
        String gadgets = "/apis/example.com/v1beta1/namespaces/default/gadgets";
        KubeWorld.Answer made = world.api.post(
                gadgets,
                "{'apiVersion': 'example.com/v1beta1', 'kind': 'Gadget', 'metadata': {'name': 'g'}, 'spec': {'a':"
                        + " 'b'}}");
        assertThat(made.text("/apiVersion")).isEqualTo("example.com/v1beta1");
        assertThat(made.warnings()).containsExactly("299 - \"example.com/v1beta1 Gadget is deprecated\"");
        KubeWorld.Answer other = world.api.get("/apis/example.com/v1/namespaces/default/gadgets/g");
        assertThat(other.text("/apiVersion")).isEqualTo("example.com/v1");
        assertThat(other.text("/spec/a")).isEqualTo("b");
        assertThat(other.text("/metadata/resourceVersion")).isEqualTo(made.text("/metadata/resourceVersion"));
    }

    @Test
    void statusAndSpecAreWrittenApart() throws IOException, InterruptedException {
        world.make("w", "'size': 2");
        world.api.patch(CustomWorld.WIDGET, MERGE, "{'spec': {'size': 3}, 'status': {'phase': 'x'}}");
        KubeWorld.Answer changed = world.api.get(CustomWorld.WIDGET);
        assertThat(changed.json().has("status")).isFalse();
        assertThat(changed.text("/metadata/generation")).isEqualTo("2");
        world.api.patch(CustomWorld.WIDGET + "/status", MERGE, "{'spec': {'size': 4}, 'status': {'phase': 'x'}}");
        changed = world.api.get(CustomWorld.WIDGET);
        assertThat(changed.text("/status/phase")).isEqualTo("x");
        assertThat(changed.text("/spec/size")).isEqualTo("3");
        assertThat(changed.text("/metadata/generation")).isEqualTo("2");
    }

    @Test
    void scaleReadsAndWritesWhereTheDefinitionSays() throws IOException, InterruptedException {
        world.make("w", "'size': 1");
        assertThat(world.api.get(CustomWorld.WIDGET + "/scale").text("/message"))
                .isEqualTo("Internal error occurred: the spec replicas field \".spec.replicas\" does not exist");
        world.api.patch(CustomWorld.WIDGET, MERGE, "{'spec': {'replicas': 2}}");
        world.api.patch(CustomWorld.WIDGET + "/status", MERGE, "{'status': {'replicas': 1, 'selector': 'app=w'}}");
        KubeWorld.Answer scale = world.api.get(CustomWorld.WIDGET + "/scale");
        assertThat(scale.json().path("spec").toString()).isEqualTo("{\"replicas\":2}");
        assertThat(scale.json().path("status").toString()).isEqualTo("{\"replicas\":1,\"selector\":\"app=w\"}");
        world.api.patch(CustomWorld.WIDGET + "/scale", MERGE, "{'spec': {'replicas': 5}}");
        assertThat(world.api.get(CustomWorld.WIDGET).text("/spec/replicas")).isEqualTo("5");
        assertThat(world.api
                        .patch(CustomWorld.WIDGET + "/scale", MERGE, "{'spec': {'replicas': -1}}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void aScaleIsAppliedWhereTheDefinitionSays() throws IOException, InterruptedException {
        world.make("w", "'replicas': 1");
        KubeWorld.Answer scale = world.api.patch(
                CustomWorld.WIDGET + "/scale?fieldManager=me&force=true",
                "application/apply-patch+yaml",
                "{'apiVersion': 'autoscaling/v1', 'kind': 'Scale', 'metadata': {'name': 'w'}, 'spec': {'replicas':"
                        + " 7}}");
        assertThat(scale.json().at("/spec/replicas").asInt()).isEqualTo(7);
        KubeWorld.Answer widget = world.api.get(CustomWorld.WIDGET);
        assertThat(widget.json().at("/spec/replicas").asInt()).isEqualTo(7);
        assertThat(widget.json().at("/metadata/managedFields/0/fieldsV1").toString())
                .isEqualTo("{\"f:spec\":{\"f:replicas\":{}}}");
        assertThat(widget.text("/metadata/managedFields/0/apiVersion")).isEqualTo("example.com/v1");
    }

    @Test
    void listsSelectByFieldsOfTheDefinition() throws IOException, InterruptedException {
        redefine("selectableFields", "[{'jsonPath': '.spec.color'}]");
        world.make("a", "'color': 'green'");
        world.make("b", "'color': 'red'");
        assertThat(world.api
                        .get(CustomWorld.WIDGETS + "?fieldSelector=spec.color%3Dgreen")
                        .json()
                        .path("items")
                        .findValuesAsText("name"))
                .containsExactly("a");
        assertThat(world.api
                        .get(CustomWorld.WIDGETS + "?fieldSelector=spec.size%3D1")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void rolesSayWhoMayDoWhat() throws IOException, InterruptedException {
        assertThat(world.api.getAs("ann", CustomWorld.WIDGETS).text("/message"))
                .isEqualTo(
                        "widgets.example.com is forbidden: User \"ann\" cannot list resource \"widgets\" in API group"
                                + " \"example.com\" in the namespace \"default\"");
        String roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        world.api.post(
                roles + "roles",
                "{'metadata': {'name': 'r'}, 'rules': [{'verbs': ['list'], 'apiGroups': ['example.com'],"
                        + " 'resources': ['widgets']}]}");
        world.api.post(
                roles + "rolebindings",
                "{'metadata': {'name': 'r'}, 'roleRef': {'kind': 'Role', 'name': 'r'},"
                        + " 'subjects': [{'kind': 'User', 'name': 'ann'}]}");
        assertThat(world.api.getAs("ann", CustomWorld.WIDGETS).status()).isEqualTo(200);
        assertThat(world.api
                        .postAs("ann", CustomWorld.WIDGETS, CustomWorld.widget("w", ""))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void itGoesWithItsNamespace() throws IOException, InterruptedException {
        world.api.post("/api/v1/namespaces", "{'metadata': {'name': 'two'}}");
        String there = "/apis/example.com/v1/namespaces/two/widgets";
        assertThat(world.api.post(there, CustomWorld.widget("w", "")).status()).isEqualTo(201);
        world.api.delete("/api/v1/namespaces/two");
        world.api.reconcile(new NamespaceReconciler());
        assertThat(world.api.get("/apis/example.com/v1/widgets").json().path("items"))
                .isEmpty();
    }

    @Test
    void whatItOwnsGoesAfterIt() throws IOException, InterruptedException {
        world.make("w", "");
        String maps = "/api/v1/namespaces/default/configmaps";
        String owner = "{'apiVersion': 'example.com/v1', 'kind': 'Widget', 'name': 'w', 'uid': '%s'}"
                .formatted(world.api.get(CustomWorld.WIDGET).text("/metadata/uid"));
        KubeWorld.Answer map = world.api.post(maps, "{'metadata': {'name': 'm', 'ownerReferences': [" + owner + "]}}");
        String mapOwner = "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'm', 'uid': '%s'}"
                .formatted(map.text("/metadata/uid"));
        world.api.post(
                CustomWorld.WIDGETS,
                CustomWorld.widget("v", "")
                        .replace("'name': 'v'", "'name': 'v', 'ownerReferences': [" + mapOwner + "]"));
        world.api.reconcile(new GarbageReconciler());
        assertThat(world.api.get(maps + "/m").status()).isEqualTo(200);
        world.api.delete(CustomWorld.WIDGET);
        world.api.reconcile(new GarbageReconciler());
        assertThat(world.api.get(maps + "/m").status()).isEqualTo(404);
        assertThat(world.api.get(CustomWorld.WIDGETS + "/v").status()).isEqualTo(404);
    }

    @Test
    void kindsThatAreCalledAsBuiltInOnesAreTheirOwn() throws IOException, InterruptedException {
        for (String kind : List.of("Service", "Role", "Event")) {
            String plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
            world.define(CustomWorld.definition(plural, kind, CustomWorld.version("v1", true, "")));
            String path = "/apis/example.com/v1/namespaces/default/" + plural;
            String object = "{'apiVersion': 'example.com/v1', 'kind': '" + kind + "', 'metadata': {'name': '%s'}}";
            assertThat(world.api.post(path, object.formatted("1.a")).status()).isEqualTo(201);
            assertThat(world.api.post(path, object.formatted("A b")).status()).isEqualTo(422);
        }
    }
}
