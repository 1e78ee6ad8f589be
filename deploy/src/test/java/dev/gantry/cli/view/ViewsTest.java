package dev.gantry.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void listsServices() {
        JsonNode service =
                json("{'serviceName':'web','desiredCount':2,'runningCount':1,'pendingCount':1,'status':'ACTIVE',"
                        + "'deployments':[{'rolloutState':'IN_PROGRESS'}],'createdAt':1772366100.5,"
                        + "'taskDefinition':'arn:aws:ecs:us-east-1:0:task-definition/web:3'}");
        assertThat(Views.services(List.of(service), false, NOW).lines())
                .containsExactly(
                        "NAME   DESIRED   RUNNING   PENDING   ROLLOUT       TASKDEF   AGE",
                        "web    2         1         1         IN_PROGRESS   web:3     4m");
    }

    @Test
    void listsTasksWithTheirNodesAndPorts() {
        JsonNode task =
                json("{'taskArn':'arn:aws:ecs:r:0:task/default/abc','lastStatus':'RUNNING','group':'service:web',"
                    + "'taskDefinitionArn':'arn:aws:ecs:r:0:task-definition/web:1','containerInstanceArn':'arn:n/1',"
                    + "'createdAt':1772366370,'containers':[{'networkBindings':[{'bindIP':'0.0.0.0',"
                    + "'hostPort':32768,'containerPort':80,'protocol':'tcp'}]}]}");
        assertThat(Views.tasks(List.of(task), Map.of("arn:n/1", "pi"), true, NOW)
                        .lines())
                .containsExactly(
                        "NAME   STATUS    HEALTH   TASKDEF   GROUP         NODE   PORTS                   REASON   AGE",
                        "abc    RUNNING   -        web:1     service:web   pi     0.0.0.0:32768->80/tcp   -       "
                                + " 30s");
    }

    @Test
    void saysWhyATaskIsNotPlacedAndHowAnotherEnded() {
        JsonNode why = json("{'kind':'service','name':'big','summary':'1 task"
            + " waits','tasks':[{'id':'t1','lastStatus':'PROVISIONING','desiredStatus':'RUNNING','unplacedReason':'no"
            + " node has 12288 MiB','nodes':[{'node':'n','name':'pi-1','reasons':['memory: 12288 MiB wanted, 5310"
            + " free']}]},{'id':'t2','lastStatus':'STOPPED','desiredStatus':'STOPPED','stopCode':'EssentialContainerExited','stoppedReason':'Essential"
            + " container in task"
            + " exited','containers':[{'name':'a','lastStatus':'STOPPED','exitCode':1,'logTail':['boom']}]}],'events':[{'at':'2026-03-01T11:59:00Z','text':'unable"
            + " to place a task'}]}");
        assertThat(Why.lines(why))
                .containsExactly(
                        "service/big: 1 task waits",
                        "  task/t1 PROVISIONING (desired RUNNING)",
                        "    not placed: no node has 12288 MiB",
                        "      node pi-1: memory: 12288 MiB wanted, 5310 free",
                        "  task/t2 STOPPED",
                        "    stop code: EssentialContainerExited",
                        "    stopped because: Essential container in task exited",
                        "    container a: STOPPED, exit code 1",
                        "      | boom",
                        "  events:",
                        "    2026-03-01T11:59:00Z  unable to place a task");
    }

    @Test
    void countsPlacementsByNode() {
        JsonNode answer = json(
                "{'placements':[{'node':'1','name':'pi'},{'node':'1','name':'pi'},{'node':null,'reason':'no node fits',"
                        + "'nodes':[{'node':'1','name':'pi','reasons':['port 80 is taken']}]}]}");
        assertThat(Placements.lines(answer))
                .containsExactly(
                        "would place 2 on pi",
                        "would leave 1 pending",
                        "because: no node fits",
                        "  node pi: port 80 is taken");
    }

    @Test
    void anEventIsOneLine() {
        assertThat(EventLine.of(json("{'time':'2026-03-01T12:00:00Z','detail-type':'ECS Task State Change',"
            + "'resources':['arn:aws:ecs:r:1:task/default/0123456789abcdef'],'detail':{'lastStatus':'RUNNING',"
            + "'desiredStatus':'STOPPED','group':'service:web','stoppedReason':'enough'}}")))
                .isEqualTo("2026-03-01T12:00:00Z  task        0123456789ab          RUNNING  (to stop)  service:web "
                        + " enough");
        assertThat(EventLine.of(json("{'time':'2026-03-01T12:00:00Z','detail-type':'ECS Service Action',"
                        + "'resources':['arn:aws:ecs:r:1:service/default/web'],'detail':{'eventName':'TASKS_STARTED',"
                        + "'taskArns':['arn:aws:ecs:r:1:task/default/0123456789abcdef']}}")))
                .isEqualTo("2026-03-01T12:00:00Z  service     web                   TASKS_STARTED  0123456789ab");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
