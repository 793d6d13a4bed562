// Header and clause items of each declaration. Private to the parser.
#pragma once

#include <string_view>

#include "law/line_parser.h"

namespace heng::law {

// The rest of the declaration's first line, after its word.
void parse_header(PackDecl& decl, LineParser& line);
void parse_header(SourceDecl& decl, LineParser& line);
void parse_header(RoleDecl& decl, LineParser& line);
void parse_header(AgencyDecl& decl, LineParser& line);
void parse_header(OfficeDecl& decl, LineParser& line);
void parse_header(SubjectDecl& decl, LineParser& line);
void parse_header(SettingDecl& decl, LineParser& line);
void parse_header(ActDecl& decl, LineParser& line);
void parse_header(FieldNameDecl& decl, LineParser& line);
void parse_header(PeriodDecl& decl, LineParser& line);
void parse_header(TableDecl& decl, LineParser& line);
void parse_header(StateDecl& decl, LineParser& line);
void parse_header(FactDecl& decl, LineParser& line);
void parse_header(RuleDecl& decl, LineParser& line);
void parse_header(ClockDecl& decl, LineParser& line);
void parse_header(SeparationDecl& decl, LineParser& line);
void parse_header(PowerDecl& decl, LineParser& line);
void parse_header(ConsequenceDecl& decl, LineParser& line);
void parse_header(WatchDecl& decl, LineParser& line);
void parse_header(TestDecl& decl, LineParser& line);

// One item of a clause named by its words ("met by"); declarations without clauses have none.
void parse_item(PackDecl& decl, std::string_view clause, LineParser& line);
void parse_item(ActDecl& decl, std::string_view clause, LineParser& line);
void parse_item(FieldNameDecl& decl, std::string_view clause, LineParser& line);
void parse_item(PeriodDecl& decl, std::string_view clause, LineParser& line);
void parse_item(TableDecl& decl, std::string_view clause, LineParser& line);
void parse_item(StateDecl& decl, std::string_view clause, LineParser& line);
void parse_item(FactDecl& decl, std::string_view clause, LineParser& line);
void parse_item(RuleDecl& decl, std::string_view clause, LineParser& line);
void parse_item(ClockDecl& decl, std::string_view clause, LineParser& line);
void parse_item(SeparationDecl& decl, std::string_view clause, LineParser& line);
void parse_item(PowerDecl& decl, std::string_view clause, LineParser& line);
void parse_item(ConsequenceDecl& decl, std::string_view clause, LineParser& line);

void parse_item(WatchDecl& decl, std::string_view clause, LineParser& line);

// The statements of one line of a story.
void parse_statements(Story& story, LineParser& line);

}  // namespace heng::law
