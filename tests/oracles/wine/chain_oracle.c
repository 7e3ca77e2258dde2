/* Asks CertGetCertificateChain and CertVerifyCertificateChainPolicy about many chains in one process.
 *
 * Build: x86_64-w64-mingw32-gcc -O1 chain_oracle.c -o chain_oracle.exe -lcrypt32
 *
 * Standard input, one word and one argument per line:
 *     case ID          a new case; stores are empty
 *     at YYYYMMDDhhmmss    the time of the check, UTC
 *     usage 0|1        ask for server authentication or for nothing
 *     root HEX         a certificate of the Root store, DER in hexadecimal
 *     ca HEX           a certificate of the CA store
 *     leaf HEX         the certificate to build chains for; it lies in the CA store's collection as well
 *     run              ask and print
 *
 * Standard output per case, numbers in hexadecimal:
 *     case ID
 *     chain ERROR INFO            the chain that is returned, then those of lower quality
 *     element SHA1 ERROR INFO     leaf first
 *     ssl CODE CHAIN ELEMENT      what CERT_CHAIN_POLICY_SSL says of the returned chain, no host name asked for
 *     failed FUNCTION CODE        instead of all this
 *     end
 *
 * No store of the machine is read: the engine gets a memory store as exclusive root and another one as additional store.
 * The system stores that the engine opens as well are those of the prefix, which are empty.
 */
/* Windows 7: Wine does not know the longer CERT_CHAIN_ENGINE_CONFIG of later versions. */
#define _WIN32_WINNT 0x0601
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 1 << 19 };

struct question {
    HCERTSTORE root, ca;
    PCCERT_CONTEXT leaf;
    FILETIME at;
    int usage;
};

static BYTE der[MAX_LINE / 2];

static int nibble(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
}

static DWORD decode(const char *text)
{
    DWORD size = 0;
    for (; nibble(text[0]) >= 0 && nibble(text[1]) >= 0; text += 2)
        der[size++] = (BYTE)(nibble(text[0]) << 4 | nibble(text[1]));
    return size;
}

static HCERTSTORE memory_store(void)
{
    return CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, CERT_STORE_CREATE_NEW_FLAG, NULL);
}

static void add(HCERTSTORE store, const char *text, PCCERT_CONTEXT *added)
{
    DWORD size = decode(text);
    if (!CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, der, size, CERT_STORE_ADD_USE_EXISTING, added))
        printf("failed CertAddEncodedCertificateToStore %lx\n", (unsigned long)GetLastError());
}

static void begin(struct question *asked)
{
    if (asked->leaf) CertFreeCertificateContext(asked->leaf);
    if (asked->root) CertCloseStore(asked->root, 0);
    if (asked->ca) CertCloseStore(asked->ca, 0);
    memset(asked, 0, sizeof *asked);
    asked->root = memory_store();
    asked->ca = memory_store();
}

static void set_time(struct question *asked, const char *text)
{
    SYSTEMTIME parts = {0};
    unsigned year, month, day, hour, minute, second;
    if (sscanf(text, "%4u%2u%2u%2u%2u%2u", &year, &month, &day, &hour, &minute, &second) != 6) return;
    parts.wYear = (WORD)year;
    parts.wMonth = (WORD)month;
    parts.wDay = (WORD)day;
    parts.wHour = (WORD)hour;
    parts.wMinute = (WORD)minute;
    parts.wSecond = (WORD)second;
    SystemTimeToFileTime(&parts, &asked->at);
}

static void print_chain(PCCERT_CHAIN_CONTEXT context)
{
    const CERT_SIMPLE_CHAIN *chain = context->rgpChain[0];
    printf("chain %lx %lx\n", (unsigned long)context->TrustStatus.dwErrorStatus,
           (unsigned long)context->TrustStatus.dwInfoStatus);
    for (DWORD i = 0; i < chain->cElement; i++) {
        const CERT_CHAIN_ELEMENT *element = chain->rgpElement[i];
        BYTE hash[20] = {0};
        DWORD size = sizeof hash;
        CertGetCertificateContextProperty(element->pCertContext, CERT_HASH_PROP_ID, hash, &size);
        printf("element ");
        for (DWORD j = 0; j < sizeof hash; j++) printf("%02x", hash[j]);
        printf(" %lx %lx\n", (unsigned long)element->TrustStatus.dwErrorStatus,
               (unsigned long)element->TrustStatus.dwInfoStatus);
    }
}

static void print_policy(PCCERT_CHAIN_CONTEXT context)
{
    CERT_CHAIN_POLICY_PARA parameters = {0};
    CERT_CHAIN_POLICY_STATUS status = {0};
    parameters.cbSize = sizeof parameters;
    status.cbSize = sizeof status;
    if (CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, context, &parameters, &status))
        printf("ssl %lx %ld %ld\n", (unsigned long)status.dwError, (long)status.lChainIndex,
               (long)status.lElementIndex);
    else
        printf("failed CertVerifyCertificateChainPolicy %lx\n", (unsigned long)GetLastError());
}

static void run(struct question *asked)
{
    static LPSTR server_auth[] = {(LPSTR)szOID_PKIX_KP_SERVER_AUTH};
    CERT_CHAIN_ENGINE_CONFIG config = {0};
    CERT_CHAIN_PARA parameters = {0};
    HCERTCHAINENGINE engine = NULL;
    PCCERT_CHAIN_CONTEXT context = NULL;

    config.cbSize = sizeof config;
    config.hExclusiveRoot = asked->root;
    config.cAdditionalStore = 1;
    config.rghAdditionalStore = &asked->ca;
    parameters.cbSize = sizeof parameters;
    if (asked->usage) {
        parameters.RequestedUsage.dwType = USAGE_MATCH_TYPE_AND;
        parameters.RequestedUsage.Usage.cUsageIdentifier = 1;
        parameters.RequestedUsage.Usage.rgpszUsageIdentifier = server_auth;
    }
    if (!CertCreateCertificateChainEngine(&config, &engine)) {
        printf("failed CertCreateCertificateChainEngine %lx\n", (unsigned long)GetLastError());
        return;
    }
    if (CertGetCertificateChain(engine, asked->leaf, &asked->at, NULL, &parameters,
                                CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS | CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, NULL,
                                &context)) {
        print_chain(context);
        for (DWORD i = 0; i < context->cLowerQualityChainContext; i++)
            print_chain(context->rgpLowerQualityChainContext[i]);
        print_policy(context);
        CertFreeCertificateChain(context);
    } else {
        printf("failed CertGetCertificateChain %lx\n", (unsigned long)GetLastError());
    }
    CertFreeCertificateChainEngine(engine);
}

int main(void)
{
    static char line[MAX_LINE];
    struct question asked = {0};
    while (fgets(line, sizeof line, stdin)) {
        char *argument = strchr(line, ' ');
        line[strcspn(line, "\r\n")] = 0;
        if (argument) *argument++ = 0;
        else argument = line + strlen(line);
        if (!strcmp(line, "case")) {
            begin(&asked);
            printf("case %s\n", argument);
        } else if (!strcmp(line, "at")) set_time(&asked, argument);
        else if (!strcmp(line, "usage")) asked.usage = argument[0] == '1';
        else if (!strcmp(line, "root")) add(asked.root, argument, NULL);
        else if (!strcmp(line, "ca")) add(asked.ca, argument, NULL);
        else if (!strcmp(line, "leaf")) add(asked.ca, argument, &asked.leaf);
        else if (!strcmp(line, "run")) {
            if (asked.leaf) run(&asked);
            printf("end\n");
            fflush(stdout);
        }
    }
    return 0;
}
