package dev.gantry.controller.kube.admit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class DefaultsTest {

    @Test
    void completesADeployment() {
        JsonNode spec = applied(
                        "apps/v1",
                        "Deployment",
                        "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'a:1','ports':[{'containerPort':80}]}]}}}}")
                .path("spec");
        assertThat(spec.path("replicas").asInt()).isEqualTo(1);
        assertThat(spec.path("strategy"))
                .isEqualTo(json("{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'25%','maxSurge':'25%'}}"));
        JsonNode pod = spec.path("template").path("spec");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Always");
        assertThat(pod.path("containers").get(0))
                .isEqualTo(json("{'name':'a','image':'a:1','ports':[{'containerPort':80,'protocol':'TCP'}],"
                        + "'terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File',"
                        + "'imagePullPolicy':'IfNotPresent','resources':{}}"));
        assertThat(pod.has("tolerations")).isFalse();
    }

    @Test
    void leavesWhatIsThere() {
        ObjectNode object = json("{'spec':{'replicas':0,'strategy':{'type':'Recreate'}}}");
        Defaults.apply("apps/v1", "Deployment", object);
        assertThat(object.path("spec").path("replicas").asInt()).isZero();
        assertThat(object.path("spec").path("strategy")).isEqualTo(json("{'type':'Recreate'}"));
    }

    @Test
    void changesNothingTheSecondTime() {
        ObjectNode once =
                applied("v1", "Pod", "{'spec':{'containers':[{'name':'a','image':'a'}],'volumes':[{'name':'v'}]}}");
        ObjectNode twice = once.deepCopy();
        Defaults.apply("v1", "Pod", twice);
        assertThat(twice).isEqualTo(once);
        assertThat(once.path("spec").path("volumes").get(0)).isEqualTo(json("{'name':'v','emptyDir':{}}"));
        assertThat(once.path("spec")
                        .path("containers")
                        .get(0)
                        .path("imagePullPolicy")
                        .asText())
                .isEqualTo("Always");
    }

    @Test
    void completesADriver() {
        assertThat(applied("storage.k8s.io/v1", "CSIDriver", "{'spec':{'attachRequired':false}}")
                        .path("spec"))
                .isEqualTo(json("{'attachRequired':false,'podInfoOnMount':false,'storageCapacity':false,"
                        + "'fsGroupPolicy':'ReadWriteOnceWithFSType','volumeLifecycleModes':['Persistent'],"
                        + "'requiresRepublish':false,'seLinuxMount':false}"));
    }

    @Test
    void givesAJobASelectorOfItsOwn() {
        JsonNode job = applied(
                "batch/v1",
                "Job",
                "{'metadata':{'name':'j','uid':'u'},'spec':{'template':{'spec':{'containers':[]}}}}");
        assertThat(job.path("spec").path("selector"))
                .isEqualTo(json("{'matchLabels':{'batch.kubernetes.io/controller-uid':'u'}}"));
        assertThat(job.path("spec")
                        .path("template")
                        .path("metadata")
                        .path("labels")
                        .path("job-name")
                        .asText())
                .isEqualTo("j");
        assertThat(job.path("spec").path("completions").asInt()).isEqualTo(1);
    }

    @Test
    void completesAService() {
        assertThat(applied("v1", "Service", "{'spec':{'ports':[{'port':80}]}}").path("spec"))
                .isEqualTo(json("{'ports':[{'port':80,'protocol':'TCP','targetPort':80}],'type':'ClusterIP',"
                        + "'sessionAffinity':'None','internalTrafficPolicy':'Cluster','ipFamilyPolicy':'SingleStack',"
                        + "'ipFamilies':['IPv4']}"));
    }

    @Test
    void keepsTextsOfASecretAsBytes() {
        assertThat(applied("v1", "Secret", "{'stringData':{'a':'b'}}"))
                .isEqualTo(json("{'type':'Opaque','data':{'a':'Yg=='}}"));
    }

    private static ObjectNode applied(String apiVersion, String kind, String text) {
        ObjectNode object = json(text);
        Defaults.apply(apiVersion, kind, object);
        return object;
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) JsonMapper.builder().build().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
