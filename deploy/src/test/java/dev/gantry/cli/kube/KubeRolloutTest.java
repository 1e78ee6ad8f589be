package dev.gantry.cli.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeRolloutTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        Deployment  | {'replicas':2} | {'observedGeneration':1,'replicas':2,'updatedReplicas':2,'availableReplicas':2} | false
        Deployment  | {'replicas':2} | {'observedGeneration':2,'replicas':2,'updatedReplicas':2,'availableReplicas':2} | true
        Deployment  | {'replicas':2} | {'observedGeneration':2,'replicas':3,'updatedReplicas':2,'availableReplicas':2} | false
        Deployment  | {'replicas':0} | {'observedGeneration':2}                                                        | true
        StatefulSet | {}             | {'observedGeneration':2,'updatedReplicas':1,'readyReplicas':1}                  | true
        StatefulSet | {}             | {'observedGeneration':2,'updatedReplicas':0,'readyReplicas':1}                  | false
        StatefulSet | {'replicas':3,'updateStrategy':{'rollingUpdate':{'partition':2}}} | {'observedGeneration':2,'updatedReplicas':1,'readyReplicas':3} | true
        DaemonSet   | {}             | {'observedGeneration':2,'desiredNumberScheduled':2,'updatedNumberScheduled':2,'numberAvailable':1} | false
        DaemonSet   | {}             | {'observedGeneration':2,'desiredNumberScheduled':2,'updatedNumberScheduled':2,'numberAvailable':2} | true
        Pod         | {}             | {'phase':'Running','conditions':[{'type':'Ready','status':'False'}]}            | false
        Pod         | {}             | {'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}             | true
        Pod         | {}             | {'phase':'Succeeded'}                                                           | true
        """)
    void isSteadyOnceWhatIsDeclaredServes(String kind, String spec, String status, boolean isSteady)
            throws JsonProcessingException {
        assertThat(rollout(kind, spec, status).isSteady()).isEqualTo(isSteady);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        Deployment | {'observedGeneration':2,'conditions':[{'type':'Progressing','reason':'ProgressDeadlineExceeded','message':'too slow'}]} | too slow
        Pod        | {'phase':'Failed','message':'evicted'} | it has failed: evicted
        """)
    void saysWhatWillNotGetThere(String kind, String status, String reason) throws JsonProcessingException {
        assertThat(rollout(kind, "{}", status).reason()).isEqualTo(reason);
    }

    private static KubeRollout rollout(String kind, String spec, String status) throws JsonProcessingException {
        String object = "{'kind':'%s','metadata':{'generation':2},'spec':%s,'status':%s}".formatted(kind, spec, status);
        return KubeRollout.of("x", new ObjectMapper().readTree(object.replace('\'', '"')));
    }
}
