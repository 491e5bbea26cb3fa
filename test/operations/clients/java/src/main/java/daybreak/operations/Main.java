package daybreak.operations;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.appmesh.AppMeshClient;
import software.amazon.awssdk.utils.builder.Buildable;

/** Calls App Mesh with the AWS SDK for Java v2: one line of JSON per call on stdin, one per outcome on stdout. */
public final class Main {
    private static final String MODEL = "software.amazon.awssdk.services.appmesh.model.";

    public static void main(String[] args) throws Exception {
        AppMeshClient client = newClient(JsonNode.parser().parse(args[0]).asObject());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(Json.text(outcome(client, JsonNode.parser().parse(line).asObject())));
        }
    }

    private static AppMeshClient newClient(Map<String, JsonNode> options) throws Exception {
        AwsBasicCredentials credentials = AwsBasicCredentials.create(
                options.get("accessKeyId").asString(), options.get("secretAccessKey").asString());
        return AppMeshClient.builder()
                .endpointOverride(URI.create(options.get("endpoint").asString()))
                .region(Region.of(options.get("region").asString()))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClient(httpClient(options.get("authorities").asString()))
                .overrideConfiguration(each -> each.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** @param authorities the file of the CA certificate that issued the control plane's certificate */
    private static SdkHttpClient httpClient(String authorities) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (FileInputStream file = new FileInputStream(authorities)) {
            trusted.setCertificateEntry("one", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return UrlConnectionHttpClient.builder().tlsTrustManagersProvider(trust::getTrustManagers).build();
    }

    private static Map<String, Object> outcome(AppMeshClient client, Map<String, JsonNode> call) {
        try {
            return Map.of("output", carryOut(client, call));
        } catch (InvocationTargetException wrapped) {
            return failure(wrapped.getCause());
        } catch (ReflectiveOperationException | RuntimeException error) {
            return failure(error);
        }
    }

    private static Object carryOut(AppMeshClient client, Map<String, JsonNode> call)
            throws ReflectiveOperationException {
        String operation = call.get("operation").asString();
        boolean allPages = call.containsKey("pages") && call.get("pages").asBoolean();
        Class<?> type = Class.forName(MODEL + operation + "Request");
        SdkPojo builder = (SdkPojo) type.getMethod("builder").invoke(null);
        Input.fill(builder, call.get("input").asObject(), operation);
        Object request = ((Buildable) builder).build();
        String method = operation.substring(0, 1).toLowerCase() + operation.substring(1);
        if (!allPages) {
            return Output.of((SdkPojo) AppMeshClient.class.getMethod(method, type).invoke(client, request));
        }
        Object pages = AppMeshClient.class.getMethod(method + "Paginator", type).invoke(client, request);
        return Output.merged((Iterable<?>) pages);
    }

    private static Map<String, Object> failure(Throwable error) {
        if (!(error instanceof AwsServiceException answer)) {
            return Map.of("fault", String.valueOf(error));
        }
        Map<String, Object> failure = new LinkedHashMap<>();
        failure.put("error", answer.awsErrorDetails().errorCode());
        failure.put("message", answer.awsErrorDetails().errorMessage());
        failure.put("status", answer.statusCode());
        return failure;
    }
}
