package dev.gantry.controller.ack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import dev.gantry.proto.Phase;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcsObjectsTest {

    private static final String CLUSTERS = TwoFaces.ROOT + "clusters";
    private static final String SERVICES = TwoFaces.ROOT + "services";
    private static final String DEFINITIONS = TwoFaces.ROOT + "taskdefinitions";
    private static final String WEB = "{'apiVersion':'ecs.services.k8s.aws/v1alpha1','kind':'Service',"
            + "'metadata':{'name':'web','labels':{'app':'shop'}},"
            + "'spec':{'taskDefinition':'web','desiredCount':2,'tags':[{'key':'team','value':'a'}]}}";

    private TwoFaces faces;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        faces = new TwoFaces();
    }

    @AfterEach
    void close() {
        faces.close();
    }

    private Answer made() throws IOException, InterruptedException {
        faces.register("web", 16);
        return faces.kube.post(SERVICES, WEB);
    }

    @Test
    void showsWhatAwsMade() throws IOException, InterruptedException {
        faces.aws("CreateCluster", "{'clusterName':'Prod_1','tags':[{'key':'a','value':'b'}]}");
        faces.register("web", 16);
        faces.aws("CreateService", "{'serviceName':'web','taskDefinition':'web','desiredCount':1}");
        faces.aws("CreateService", "{'cluster':'Prod_1','serviceName':'web','taskDefinition':'web','desiredCount':0}");
        String prod = ObjectNames.of("Prod_1");
        assertThat(faces.kube.get(CLUSTERS).json().findValuesAsText("name")).contains("default", prod);
        Answer cluster = faces.kube.get(CLUSTERS + "/" + prod);
        assertThat(cluster.text("/spec/name")).isEqualTo("Prod_1");
        assertThat(cluster.text("/spec/tags/0/value")).isEqualTo("b");
        assertThat(cluster.text("/status/activeServicesCount")).isEqualTo("1");
        assertThat(cluster.text("/status/ackResourceMetadata/arn"))
                .isEqualTo("arn:aws:ecs:eu-central-1:000000000000:cluster/Prod_1");
        Answer service = faces.kube.get(SERVICES + "/web." + prod);
        assertThat(service.text("/spec/cluster")).isEqualTo("Prod_1");
        Answer web = faces.kube.get(SERVICES + "/web");
        assertThat(web.text("/spec/desiredCount")).isEqualTo("1");
        assertThat(web.text("/status/status")).isEqualTo("ACTIVE");
        assertThat(web.text("/status/clusterARN")).endsWith("cluster/default");
        assertThat(web.text("/status/deployments/0/createdAt")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(faces.kube.get(DEFINITIONS + "/web").text("/status/revision"))
                .isEqualTo("1");
    }

    @Test
    void makesWhatAwsShows() throws IOException, InterruptedException {
        Answer definition = faces.kube.post(
                DEFINITIONS,
                "{'metadata':{'name':'web'},'spec':{'executionRoleARN':'arn:aws:iam::000000000000:role/x',"
                        + "'containerDefinitions':[{'name':'main','image':'busybox','memory':16,"
                        + "'dockerLabels':{'fileSystemID':'kept'}}]}}");
        assertThat(definition.status()).as(definition.json().toString()).isEqualTo(201);
        JsonNode known = faces.aws("DescribeTaskDefinition", "{'taskDefinition':'web'}");
        assertThat(known.at("/taskDefinition/executionRoleArn").asText()).endsWith("role/x");
        assertThat(known.at("/taskDefinition/containerDefinitions/0/dockerLabels/fileSystemID")
                        .asText())
                .isEqualTo("kept");
        assertThat(known.at("/taskDefinition/registeredBy").asText()).endsWith("user/kubernetes/admin");
        Answer service = faces.kube.post(SERVICES, WEB);
        assertThat(service.status()).as(service.json().toString()).isEqualTo(201);
        assertThat(service.text("/status/status")).isEqualTo("ACTIVE");
        assertThat(service.text("/metadata/labels/app")).isEqualTo("shop");
        JsonNode shown = faces.service("web");
        assertThat(shown.path("desiredCount").asInt()).isEqualTo(2);
        assertThat(shown.at("/tags/0/value").asText()).isEqualTo("a");
        assertThat(shown.path("taskDefinition").asText()).endsWith("task-definition/web:1");
    }

    @Test
    void aSecondMakingIsRefused() throws IOException, InterruptedException {
        made();
        assertThat(faces.kube.post(SERVICES, WEB).text("/reason")).isEqualTo("AlreadyExists");
        assertThat(faces.kube.post(CLUSTERS, "{'metadata':{'name':'default'}}").status())
                .isEqualTo(409);
    }

    @Test
    void aDryRunMakesNothing() throws IOException, InterruptedException {
        faces.register("web", 16);
        long before = faces.kube.snapshot().revision();
        Answer answer = faces.kube.post(SERVICES + "?dryRun=All", WEB);
        assertThat(answer.text("/spec/taskDefinition")).endsWith("web:1");
        assertThat(faces.kube.snapshot().revision()).isEqualTo(before);
    }

    @Test
    void whatChangesNothingWritesNothing() throws IOException, InterruptedException {
        Answer made = made();
        long before = faces.kube.snapshot().revision();
        Answer same = faces.kube.patch(
                SERVICES + "/web", TwoFaces.MERGE, "{'spec':{'taskDefinition':'web','cluster':'default'}}");
        assertThat(same.status()).isEqualTo(200);
        assertThat(same.text("/metadata/resourceVersion")).isEqualTo(made.text("/metadata/resourceVersion"));
        assertThat(faces.kube.snapshot().revision()).isEqualTo(before);
    }

    @Test
    void aServiceIsScaledAndDeployedByPatches() throws IOException, InterruptedException {
        made();
        faces.register("web", 32);
        Answer patched = faces.kube.patch(
                SERVICES + "/web", TwoFaces.MERGE, "{'spec':{'desiredCount':5,'taskDefinition':'web:2'}}");
        assertThat(patched.status()).as(patched.json().toString()).isEqualTo(200);
        assertThat(patched.json().at("/status/deployments")).hasSize(2);
        assertThat(faces.service("web").path("desiredCount").asInt()).isEqualTo(5);
        Answer scaled = faces.kube.patch(SERVICES + "/web/scale", TwoFaces.MERGE, "{'spec':{'replicas':3}}");
        assertThat(scaled.text("/spec/replicas")).isEqualTo("3");
        assertThat(faces.service("web").path("desiredCount").asInt()).isEqualTo(3);
    }

    @Test
    void whatIsLeftOutIsTakenBack() throws IOException, InterruptedException {
        made();
        faces.aws(
                "UpdateService",
                "{'service':'web','placementStrategy':[{'type':'random'}],"
                        + "'deploymentConfiguration':{'maximumPercent':300}}");
        Answer patched = faces.kube.patch(
                SERVICES + "/web",
                TwoFaces.MERGE,
                "{'spec':{'placementStrategy':null,'tags':null,'deploymentConfiguration':{'maximumPercent':null}}}");
        assertThat(patched.status()).as(patched.json().toString()).isEqualTo(200);
        JsonNode service = faces.service("web");
        assertThat(service.path("placementStrategy")).isEmpty();
        assertThat(service.path("tags")).isEmpty();
        assertThat(service.at("/deploymentConfiguration/maximumPercent").asInt())
                .isEqualTo(200);
    }

    @Test
    void labelsStayWhateverAwsDoes() throws IOException, InterruptedException {
        made();
        faces.kube.patch(DEFINITIONS + "/web", TwoFaces.MERGE, "{'metadata':{'labels':{'app':'shop'}}}");
        faces.aws("UpdateService", "{'service':'web','desiredCount':1}");
        faces.register("web", 32);
        assertThat(faces.kube.get(SERVICES + "?labelSelector=app%3Dshop").json().at("/items"))
                .hasSize(1);
        Answer definition = faces.kube.get(DEFINITIONS + "/web");
        assertThat(definition.text("/metadata/labels/app")).isEqualTo("shop");
        assertThat(definition.text("/status/revision")).isEqualTo("2");
    }

    @Test
    void onlyADifferentDefinitionIsANewRevision() throws IOException, InterruptedException {
        faces.register("web", 16);
        String same = "{'spec':{'containerDefinitions':[{'name':'main','image':'busybox','memory':16}]}}";
        assertThat(faces.kube.patch(DEFINITIONS + "/web", TwoFaces.MERGE, same).text("/status/revision"))
                .isEqualTo("1");
        assertThat(faces.kube
                        .patch(DEFINITIONS + "/web", TwoFaces.MERGE, same.replace("16", "17"))
                        .text("/status/revision"))
                .isEqualTo("2");
        // The newest that is active is what is shown, and the end of a newer one is a change of the object.
        String before = faces.kube.get(DEFINITIONS + "/web").text("/metadata/resourceVersion");
        faces.aws("DeregisterTaskDefinition", "{'taskDefinition':'web:2'}");
        Answer older = faces.kube.get(DEFINITIONS + "/web");
        assertThat(older.text("/status/revision")).isEqualTo("1");
        assertThat(older.text("/metadata/resourceVersion")).isNotEqualTo(before);
    }

    @Test
    void deletionIsThatOfEcs() throws IOException, InterruptedException {
        made();
        faces.register("web", 32);
        Answer busy = faces.kube.delete(CLUSTERS + "/default");
        assertThat(busy.status()).isEqualTo(409);
        assertThat(busy.text("/message")).contains("ClusterContainsServicesException", "while Services are active");
        assertThat(faces.kube.delete(SERVICES + "/web").text("/status")).isEqualTo("Success");
        assertThat(faces.service("web").path("status").asText()).isEqualTo("DRAINING");
        assertThat(faces.kube.get(SERVICES + "/web").text("/status/status")).isEqualTo("DRAINING");
        faces.kube.delete(DEFINITIONS + "/web");
        assertThat(faces.aws("ListTaskDefinitions", "{}").path("taskDefinitionArns"))
                .isEmpty();
        assertThat(faces.kube.get(DEFINITIONS + "/web").status()).isEqualTo(404);
        faces.kube.post(CLUSTERS, "{'metadata':{'name':'spare'}}");
        faces.kube.delete(CLUSTERS + "/spare");
        assertThat(faces.kube.get(CLUSTERS + "/spare").status()).isEqualTo(404);
        assertThat(faces.aws("DescribeClusters", "{'clusters':['spare']}")
                        .at("/clusters/0/status")
                        .asText())
                .isEqualTo("INACTIVE");
    }

    @Test
    void aFinalizerKeepsAResource() throws IOException, InterruptedException {
        faces.kube.post(CLUSTERS, "{'metadata':{'name':'spare','finalizers':['example.com/x']}}");
        assertThat(faces.kube.delete(CLUSTERS + "/spare").text("/metadata/deletionTimestamp"))
                .isEqualTo("2026-01-02T03:04:05Z");
        assertThat(faces.aws("DescribeClusters", "{'clusters':['spare']}")
                        .at("/clusters/0/status")
                        .asText())
                .isEqualTo("ACTIVE");
        faces.kube.patch(CLUSTERS + "/spare", TwoFaces.MERGE, "{'metadata':{'finalizers':null}}");
        assertThat(faces.kube.get(CLUSTERS + "/spare").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "services | 'name':'other' | 'name':'web','taskDefinition':'web','desiredCount':1 |"
                        + " has to be called \"web\"",
                "services | 'name':'web' | 'cluster':'prod','taskDefinition':'web','desiredCount':1 |"
                        + " has to be called \"web.prod\"",
                "services | 'name':'web.prod' | 'cluster':'prod','taskDefinition':'web','desiredCount':1 |"
                        + " ClusterNotFoundException",
                "services | 'name':'web' | 'taskDefinition':'none','desiredCount':1 | TaskDefinition not found",
                "services | 'name':'web' | 'taskDefinition':'web','desiredCount':-1 | desiredCount must be between",
                "services | 'name':'web' | 'taskDefinition':'web','desiredCount':1,'launchType':'X' | launchType",
                "services | 'name':'web' | 'taskDefinitionRef':{'from':{'name':'none'}},'desiredCount':1 |"
                        + " spec.taskDefinitionRef.from.name",
                "services |"
                    + " 'name':'web','ownerReferences':[{'apiVersion':'v1','kind':'ConfigMap','name':'c','uid':'u'}] |"
                    + " 'taskDefinition':'web','desiredCount':1 | metadata.ownerReferences",
                "services | 'name':'web' | 'cluster':'a b','taskDefinition':'web','desiredCount':1 | spec.cluster",
                "services | 'name':'web' | 'cluster':'arn:aws:ecs:x:0:cluster/c','taskDefinition':'web' | spec.cluster",
                "clusters | 'name':'new' | 'name':'new cluster' | spec.name",
                "taskdefinitions | 'name':'new' | 'networkMode':'bridge' | containerDefinitions",
                "clusters | 'name':'new' | 'capacityProviders':['x'] | capacity provider",
            })
    void refusesPrecisely(String plural, String metadata, String spec, String words)
            throws IOException, InterruptedException {
        faces.register("web", 16);
        Answer answer =
                faces.kube.post(TwoFaces.ROOT + plural, "{'metadata':{" + metadata + "},'spec':{" + spec + "}}");
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(422);
        assertThat(answer.text("/message")).contains(words);
    }

    @Test
    void refusesOtherNamespacesAndUnknownFields() throws IOException, InterruptedException {
        faces.kube.post("/api/v1/namespaces", "{'metadata':{'name':'shop'}}");
        Answer elsewhere = faces.kube.post(CLUSTERS.replace("/default/", "/shop/"), "{'metadata':{'name':'new'}}");
        assertThat(elsewhere.status()).isEqualTo(422);
        assertThat(elsewhere.text("/message")).contains("metadata.namespace", "namespace \"default\"");
        Answer unknown = faces.kube.post(
                CLUSTERS + "?fieldValidation=Strict", "{'metadata':{'name':'new'},'spec':{'nam':'new'}}");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.text("/message")).contains("unknown field \"spec.nam\"");
        assertThat(faces.kube.get("/clusters/other" + CLUSTERS).status()).isEqualTo(404);
    }

    @Test
    void whatCannotBeChangedSaysSo() throws IOException, InterruptedException {
        made();
        Answer answer = faces.kube.patch(SERVICES + "/web", TwoFaces.MERGE, "{'spec':{'cluster':'prod'}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/message")).contains("spec.cluster", "immutable");
        Answer stale = faces.kube.patch(
                SERVICES + "/web", TwoFaces.MERGE, "{'metadata':{'resourceVersion':'1'},'spec':{'desiredCount':9}}");
        assertThat(stale.status()).isEqualTo(409);
    }

    @Test
    void referencesStandForNames() throws IOException, InterruptedException {
        faces.register("web", 16);
        faces.aws("CreateCluster", "{'clusterName':'prod'}");
        Answer made = faces.kube.post(
                SERVICES,
                "{'metadata':{'name':'web.prod'},'spec':{'clusterRef':{'from':{'name':'prod'}},"
                        + "'taskDefinitionRef':{'from':{'name':'web'}},'desiredCount':0}}");
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        assertThat(made.text("/spec/cluster")).isEqualTo("prod");
        assertThat(made.json().at("/spec").has("clusterRef")).isFalse();
    }

    @Test
    void serverSideApplyMakesAndChanges() throws IOException, InterruptedException {
        faces.register("web", 16);
        String path = SERVICES + "/web?fieldManager=me";
        Answer made = faces.kube.patch(path, "application/apply-patch+yaml", WEB);
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        Answer changed = faces.kube.patch(
                path, "application/apply-patch+yaml", WEB.replace("'desiredCount':2", "'desiredCount':4"));
        assertThat(changed.status()).as(changed.json().toString()).isEqualTo(200);
        assertThat(faces.service("web").path("desiredCount").asInt()).isEqualTo(4);
        assertThat(changed.text("/metadata/managedFields/0/manager")).isEqualTo("me");
    }

    @Test
    void watchesTellOfBothFaces() throws IOException, InterruptedException {
        String since = Long.toString(faces.kube.snapshot().revision());
        made();
        faces.aws("UpdateService", "{'service':'web','desiredCount':1}");
        faces.kube.delete(SERVICES + "/web");
        faces.kube.post(CLUSTERS, "{'metadata':{'name':'spare'}}");
        faces.aws("DeleteCluster", "{'cluster':'spare'}");
        assertThat(faces.kube.watch(SERVICES + "?watch=true&resourceVersion=" + since, 3))
                .containsExactly("ADDED web", "MODIFIED web", "MODIFIED web");
        assertThat(faces.kube.watch(
                        CLUSTERS + "?watch=true&fieldSelector=metadata.name%3Dspare&resourceVersion=" + since, 2))
                .containsExactly("ADDED spare", "DELETED spare");
        assertThat(faces.kube.watch(CLUSTERS + "?watch=true&resourceVersion=" + since, 1))
                .containsExactly("MODIFIED default");
        assertThat(faces.kube.watch(DEFINITIONS + "?watch=true&resourceVersion=" + since, 1))
                .containsExactly("ADDED web");
    }

    @Test
    void aFamilyIsToldOnceForEachOfItsSteps() throws IOException, InterruptedException {
        String since = Long.toString(faces.kube.snapshot().revision());
        faces.register("web", 16);
        faces.register("web", 32);
        faces.kube.patch(
                DEFINITIONS + "/web", TwoFaces.MERGE, "{'metadata':{'labels':{'a':'b'}},'spec':{'memory':'64'}}");
        faces.kube.patch(DEFINITIONS + "/web", TwoFaces.MERGE, "{'metadata':{'labels':{'a':'c'}}}");
        faces.aws("DeregisterTaskDefinition", "{'taskDefinition':'web:2'}");
        faces.kube.delete(DEFINITIONS + "/web");
        faces.register("other", 16);
        assertThat(faces.kube.watch(DEFINITIONS + "?watch=true&resourceVersion=" + since, 6))
                .containsExactly(
                        "ADDED web", "MODIFIED web", "MODIFIED web", "MODIFIED web", "DELETED web", "ADDED other");
    }

    @Test
    void stepsOfTasksAreToldOfTheirServiceAndCluster() throws IOException, InterruptedException {
        made();
        String since = Long.toString(faces.kube.snapshot().revision());
        faces.startTask("web", Phase.PENDING);
        assertThat(faces.kube.watch(SERVICES + "?watch=true&resourceVersion=" + since, 1))
                .containsExactly("MODIFIED web");
        assertThat(faces.kube.watch(CLUSTERS + "?watch=true&resourceVersion=" + since, 1))
                .containsExactly("MODIFIED default");
        assertThat(faces.kube.get(SERVICES + "/web").text("/status/pendingCount"))
                .isEqualTo("1");
        assertThat(faces.kube.get(CLUSTERS + "/default").text("/status/pendingTasksCount"))
                .isEqualTo("1");
    }

    @Test
    void watchesOfPodsGoOn() throws IOException, InterruptedException {
        String pods = "/api/v1/namespaces/default/pods";
        String since = Long.toString(faces.kube.snapshot().revision());
        faces.kube.post(pods, "{'metadata':{'name':'one'},'spec':{'containers':[{'name':'main','image':'busybox'}]}}");
        faces.kube.report("one", Phase.RUNNING);
        assertThat(faces.kube.watch(pods + "?watch=true&resourceVersion=" + since, 2))
                .containsExactly("ADDED one", "MODIFIED one");
    }

    @Test
    void isDescribed() throws IOException, InterruptedException {
        Answer document = faces.kube.get("/openapi/v3/apis/ecs.services.k8s.aws/v1alpha1");
        JsonNode service = document.json().at("/components/schemas/aws.k8s.services.ecs.v1alpha1.Service");
        assertThat(service.at(
                                "/properties/spec/properties/networkConfiguration/properties/awsVPCConfiguration/properties"
                                    + "/assignPublicIP/type")
                        .asText())
                .isEqualTo("string");
        assertThat(service.at("/properties/spec/properties/desiredCount/description")
                        .asText())
                .isEqualTo("How many tasks shall run.");
        assertThat(faces.kube.get("/apis/ecs.services.k8s.aws/v1alpha1").json().findValuesAsText("name"))
                .contains("clusters", "services", "services/scale", "services/status", "taskdefinitions");
    }

    @Test
    void whoHasNoRoleGetsNothing() throws IOException, InterruptedException {
        assertThat(faces.kube.getAs("somebody", SERVICES).status()).isEqualTo(403);
        assertThat(faces.kube
                        .patch(SERVICES + "/web/status", TwoFaces.MERGE, "{'status':{}}")
                        .status())
                .isEqualTo(405);
    }
}
