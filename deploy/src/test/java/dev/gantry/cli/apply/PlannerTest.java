package dev.gantry.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.terminal.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlannerTest {

    private static final String DEFINITION =
            "{'family':'web','containerDefinitions':[{'name':'a','image':'nginx:1','portMappings':[{'containerPort':80}]}]}";
    private static final String SERVICE =
            "{'cluster':'default','serviceName':'web','taskDefinition':'web','desiredCount':2}";
    // What the API answers to DEFINITION: defaults filled in, as AWS does.
    private static final String EXISTING_DEFINITION =
            "{'taskDefinitionArn':'arn:aws:ecs:r:0:task-definition/web:3','family':'web','revision':3,'status':'ACTIVE',"
                + "'volumes':[],'placementConstraints':[],'compatibilities':['EC2'],"
                + "'containerDefinitions':[{'name':'a','image':'nginx:1','cpu':0,'essential':true,'environment':[],"
                + "'portMappings':[{'containerPort':80,'hostPort':0,'protocol':'tcp'}]}]}";
    private static final String EXISTING_SERVICE =
            "{'serviceArn':'arn:aws:ecs:r:0:service/default/web','serviceName':'web','status':'ACTIVE','desiredCount':2,"
                + "'taskDefinition':'arn:aws:ecs:r:0:task-definition/web:3','launchType':'EC2','propagateTags':'NONE',"
                + "'deploymentConfiguration':{'maximumPercent':200,'minimumHealthyPercent':100},"
                + "'placementConstraints':[],'placementStrategy':[]}";

    @Test
    void createsWhatIsNotThereInTheOrderOfKinds() {
        List<Action> actions =
                plan(List.of(service(SERVICE), definition(DEFINITION), cluster("{'clusterName':'c'}")), Map.of());
        assertThat(actions).allMatch(Action.Create.class::isInstance);
        assertThat(operations(actions)).containsExactly("CreateCluster", "RegisterTaskDefinition", "CreateService");
    }

    @Test
    void leavesAloneWhatDiffersOnlyInDefaults() {
        assertThat(plan(List.of(definition(DEFINITION), service(SERVICE)), existing()))
                .allMatch(Action.Keep.class::isInstance);
    }

    @Test
    void countsTheTasksThatAChangeStarts() {
        assertThat(newTasks(SERVICE, Map.of())).isEqualTo(2);
        assertThat(newTasks(SERVICE, existing())).isZero();
        assertThat(newTasks(SERVICE.replace("'desiredCount':2", "'desiredCount':5"), existing()))
                .isEqualTo(3);
        assertThat(newTasks(SERVICE.replace("'desiredCount':2", "'desiredCount':1"), existing()))
                .isZero();
        assertThat(newTasks(SERVICE.replace("'taskDefinition':'web'", "'taskDefinition':'web:2'"), existing()))
                .isEqualTo(2);
    }

    private static int newTasks(String service, Map<ObjectId, JsonNode> existing) {
        Document document = service(service);
        return NewTasks.count(
                plan(List.of(definition(DEFINITION), document), existing).getLast(), document);
    }

    @Test
    void createdObjectsAreUnchangedTheSecondTime() {
        Document document = definition(DEFINITION);
        Action first = plan(List.of(document), Map.of()).getFirst();
        ObjectNode answered = json(EXISTING_DEFINITION);
        answered.set("tags", first.requests().getFirst().input().path("tags"));
        assertThat(plan(List.of(document), Map.of(document.id(), answered)))
                .containsExactly(new Action.Keep(document.id()));
    }

    @Test
    void aChangedDefinitionIsRegisteredAndItsServiceUpdated() {
        List<Action> actions =
                plan(List.of(definition(DEFINITION.replace("nginx:1", "nginx:2")), service(SERVICE)), existing());
        assertThat(differences(actions.get(0)))
                .containsExactly("containerDefinitions[a].image: \"nginx:1\" -> \"nginx:2\"");
        assertThat(differences(actions.get(1))).containsExactly("taskDefinition: \"web:3\" -> \"web:4 (new)\"");
        assertThat(actions.get(1).requests().getFirst().input().toString())
                .isEqualTo("{\"service\":\"web\",\"taskDefinition\":\"web\",\"cluster\":\"default\"}");
    }

    @Test
    void aServiceFollowsANewerRevisionThatSomebodyElseRegistered() {
        ObjectNode newer = json(EXISTING_DEFINITION.replace("web:3", "web:5"));
        Map<ObjectId, JsonNode> existing = new HashMap<>(existing());
        existing.put(ObjectId.taskDefinition("web"), newer);
        assertThat(differences(plan(List.of(service(SERVICE)), existing).getFirst()))
                .containsExactly("taskDefinition: \"web:3\" -> \"web:5\"");
    }

    @Test
    void aServiceStaysAtTheRevisionItsDocumentNames() {
        ObjectNode newer = json(EXISTING_DEFINITION.replace("web:3", "web:5"));
        Map<ObjectId, JsonNode> existing = new HashMap<>(existing());
        existing.put(ObjectId.taskDefinition("web"), newer);
        Document pinned = service(SERVICE.replace("'taskDefinition':'web'", "'taskDefinition':'web:3'"));
        assertThat(plan(List.of(pinned), existing).getFirst()).isInstanceOf(Action.Keep.class);
    }

    @Test
    void updatesOnlyTheMembersThatDiffer() {
        Action action = plan(List.of(service(SERVICE.replace(":2}", ":5}"))), existing())
                .getFirst();
        assertThat(operations(List.of(action))).containsExactly("UpdateService", "TagResource");
        assertThat(action.requests().getFirst().input().toString())
                .isEqualTo("{\"service\":\"web\",\"desiredCount\":5,\"cluster\":\"default\"}");
    }

    @Test
    void aMemberTakenOutOfAnAppliedDocumentGoesBackToItsDefault() {
        String strategic = SERVICE.replace("}", ",'placementStrategy':[{'type':'random'}]}");
        ObjectNode answered =
                json(EXISTING_SERVICE.replace("'placementStrategy':[]", "'placementStrategy':[{'type':'random'}]"));
        answered.set("tags", Ownership.array(Ownership.wanted(service(strategic), "")));
        Map<ObjectId, JsonNode> existing = new HashMap<>(existing());
        existing.put(ObjectId.service("default", "web"), answered);
        Action action = plan(List.of(service(SERVICE)), existing).getFirst();
        assertThat(action.requests()
                        .getFirst()
                        .input()
                        .path("placementStrategy")
                        .toString())
                .isEqualTo("[]");
        assertThat(plan(List.of(service(strategic)), existing).getFirst()).isInstanceOf(Action.Keep.class);
    }

    @Test
    void aMemberThatNoDocumentEverHadIsLeftAlone() {
        Map<ObjectId, JsonNode> existing = new HashMap<>(existing());
        existing.put(
                ObjectId.service("default", "web"),
                json(EXISTING_SERVICE.replace("'placementStrategy':[]", "'placementStrategy':[{'type':'random'}]")));
        assertThat(plan(List.of(service(SERVICE)), existing).getFirst()).isInstanceOf(Action.Keep.class);
    }

    @Test
    void anEnvironmentVariableTakenOutOfADefinitionIsADifference() {
        String before = DEFINITION.replace("'image'", "'environment':[{'name':'A','value':'1'}],'image'");
        ObjectNode answered =
                json(EXISTING_DEFINITION.replace("'environment':[]", "'environment':[{'name':'A','value':'1'}]"));
        answered.set("tags", Ownership.array(Ownership.wanted(definition(before), "")));
        Action action = plan(List.of(definition(DEFINITION)), Map.of(ObjectId.taskDefinition("web"), answered))
                .getFirst();
        assertThat(differences(action))
                .containsExactly("containerDefinitions[a].environment: [{\"name\":\"A\",\"value\":\"1\"}] -> (none)");
    }

    @Test
    void refusesToChangeWhatIsFixedAtCreation() {
        Document daemon = service(SERVICE.replace("}", ",'schedulingStrategy':'DAEMON'}"));
        Map<ObjectId, JsonNode> existing = new HashMap<>(existing());
        existing.put(
                ObjectId.service("default", "web"),
                json(EXISTING_SERVICE.replace("'launchType'", "'schedulingStrategy':'REPLICA','launchType'")));
        assertThatThrownBy(() -> plan(List.of(daemon), existing))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("cannot change schedulingStrategy");
    }

    @Test
    void refusesATaskDefinitionThatNobodyKnows() {
        assertThatThrownBy(() -> plan(List.of(service(SERVICE)), Map.of()))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("names the task definition \"web\"");
    }

    @Test
    void aTagAloneIsSetWithoutANewRevision() {
        Document tagged = definition(DEFINITION.replace("}]}]}", "}]}],'tags':[{'key':'team','value':'x'}]}"));
        Action action = plan(List.of(tagged), existing()).getFirst();
        assertThat(operations(List.of(action))).containsExactly("TagResource");
        assertThat(differences(action)).containsExactly("tags[team]: (none) -> \"x\"");
    }

    @Test
    void prunesOnlyWhatBelongsToTheSet() {
        ObjectNode ours = json(EXISTING_SERVICE.replace("'web'", "'old'"));
        ours.putArray("tags").addObject().put("key", Ownership.APPLY_SET).put("value", "shop");
        Map<ObjectId, JsonNode> existing = new HashMap<>(existing());
        existing.put(ObjectId.service("default", "old"), ours);
        List<Action> actions =
                Planner.plan(List.of(definition(DEFINITION)), new Found(existing, Map.of()), "shop", true);
        assertThat(actions.stream().filter(Action.Delete.class::isInstance).map(Action::id))
                .containsExactly(ObjectId.service("default", "old"));
    }

    @Test
    void refusesAnObjectOfAnotherSet() {
        ObjectNode theirs = json(EXISTING_DEFINITION);
        theirs.putArray("tags").addObject().put("key", Ownership.APPLY_SET).put("value", "theirs");
        Found found = new Found(Map.of(ObjectId.taskDefinition("web"), theirs), Map.of());
        assertThatThrownBy(() -> Planner.plan(List.of(definition(DEFINITION)), found, "mine", false))
                .hasMessageContaining("belongs to the apply-set \"theirs\"");
    }

    private static List<Action> plan(List<Document> documents, Map<ObjectId, JsonNode> existing) {
        return Planner.plan(documents, new Found(existing, Map.of()), "", false);
    }

    private static Map<ObjectId, JsonNode> existing() {
        return Map.of(
                ObjectId.taskDefinition("web"), json(EXISTING_DEFINITION),
                ObjectId.service("default", "web"), json(EXISTING_SERVICE));
    }

    private static List<String> operations(List<Action> actions) {
        return actions.stream()
                .flatMap(action -> action.requests().stream())
                .map(Request::operation)
                .toList();
    }

    private static List<String> differences(Action action) {
        return ((Action.Configure) action)
                .differences().stream().map(Difference::toString).toList();
    }

    private static Document cluster(String spec) {
        return new Document(ObjectId.cluster("c"), "c", json(spec), "f:1");
    }

    private static Document definition(String spec) {
        return new Document(ObjectId.taskDefinition("web"), "web", json(spec), "f:1");
    }

    private static Document service(String spec) {
        return new Document(ObjectId.service("default", "web"), "web", json(spec), "f:9");
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
