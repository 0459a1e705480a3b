## problem
# words of this part follow; keep parts apart
problem-defect = 程序出错了：{ $what }
problem-defect-hint = 已存的内容都在；请运行 zhiban doctor，把结果发给管理员
problem-busy = { $what } 正被占用
problem-busy-hint = 稍等几秒再试；内容已保留
problem-not-saved = 没存上：{ $cause }
problem-not-saved-hint = 你写的都留着；腾出空间或换个文件夹后再按一次
problem-read-only = 这份数据现在只能看，不能改
problem-read-only-hint = 另一个工作台正在写这份数据；关掉它，或就在那边改
problem-file-missing = 找不到文件 { $file }
problem-file-missing-hint = 核对文件名和所在文件夹
problem-file-unreadable = 读不了 { $file }：{ $cause }
problem-file-unreadable-hint = 看看文件是否被别的程序打开，或有没有读的权限
problem-file-unwritable = 写不了 { $file }：{ $cause }
problem-file-unwritable-hint = 换个文件夹，或看看磁盘是否已满
problem-file-exists = { $file } 已经有了，没有覆盖
problem-file-exists-hint = 换个文件名
problem-not-utf8 = { $file } 不是 UTF-8 文本
problem-not-utf8-hint = 另存为 UTF-8 再试
problem-not-found = 找不到 { $what }
problem-not-found-hint = 核对编号；编号前 8 位就够
problem-ambiguous = { $what } 不止一个：{ $candidates }
problem-ambiguous-hint = 多写几位
problem-not-understood = 看不懂 { $what }
problem-not-understood-hint = 想的是 { $nearest } 吗？
problem-not-allowed = { $who } 不能做这一步：{ $what }
problem-not-allowed-hint = 请主管来做，或转交给他
problem-too-long = { $what } 太长，最多 { $limit }
problem-too-long-hint = 分成几条，或改成附件
problem-empty = 还没有填 { $what }
problem-empty-hint = 填上再按一次
problem-cancelled = 已停下，做完的都存了
problem-clock = 这台电脑的时间不对
problem-clock-hint = 先校准系统时间，再打开 zhiban
problem-random = 系统给不出随机数：{ $cause }
problem-config-place = 找不到放设置的文件夹
problem-config-place-hint = 用 --config 和 --data 指明
problem-config-syntax = { $file } 第 { $line } 行不合 TOML 写法：{ $cause }
problem-config-syntax-hint = 对照 config.example.toml
problem-config-key = { $file } 第 { $line } 行：没有 { $key } 这一项
problem-config-key-hint = 想的是 { $nearest } 吗？
problem-config-value = { $file } 第 { $line } 行：{ $key } 不能是 { $value }
problem-config-value-hint = 可以写：{ $allowed }

## register
# words of this part follow; keep parts apart


## field
# words of this part follow; keep parts apart


## state
# words of this part follow; keep parts apart


## value
# words of this part follow; keep parts apart


## cli
# words of this part follow; keep parts apart


## capture
# words of this part follow; keep parts apart


## import
# words of this part follow; keep parts apart


## desk
# words of this part follow; keep parts apart
problem-nobody = 还没有人签到
problem-nobody-hint = 先签到：zhiban sign-in，或用 --as 名字
problem-no-shop = 这里还没有店，只能看
problem-no-shop-hint = 用 zhiban init 新开一家，或等主管收你进店
problem-register = 没有叫「{ $name }」的登记簿
problem-register-hint = zhiban list --help 列出全部
problem-owned = 这件是{ $owner }在办
problem-owned-hint = 要接手请给一个理由
problem-transfer-reason = 「{ $reason }」不是转交理由
problem-transfer-reason-hint = 可用：{ $reasons }
problem-person = 店里没有人或岗位叫「{ $name }」
problem-person-hint = 写全名，或岗位 pre_sales in_sales after_sales general printing
problem-outcome = 「{ $outcome }」不是结果
problem-outcome-hint = 可用：ordered thinking out_of_stock price not_suitable solved passed_on no_answer ad
problem-snooze-past = 这个时间已经过了
problem-snooze-past-hint = 给一个以后的时间
problem-due-past = 这个时限已经过了
problem-due-past-hint = 给一个以后的时间
problem-field = { $register } 没有「{ $field }」这一项
problem-field-hint = 有这些：{ $fields }
problem-field-mirror = 「{ $field }」抄自平台，不能手改
problem-field-mirror-hint = 导入新的导出文件会更新它
problem-field-value = 「{ $field }」不能是 { $value }
problem-field-value-hint = 看这一项能填什么再填一次
problem-field-missing = 还差「{ $field }」，字还在
problem-move = 不能从「{ $from }」到「{ $to }」
problem-move-hint = 现在可以到：{ $next }
problem-nothing-said = 没有字
problem-nothing-said-hint = 先写一句
problem-follow-up-kind = 没有「{ $kind }」这种跟进
problem-follow-up-kind-hint = 可用：reminder callback visit urge
problem-order-number = 「{ $number }」认不出是单号
problem-order-number-hint = 从后台复制完整单号；打码的单号不能用
problem-note-done = 五步都做完了
problem-note-first = 还没做任何一步
problem-note-step = 还轮不到「{ $step }」，先做「{ $next }」
problem-note-step-hint = 五步不能跳
problem-note-printing = 签收由打单岗来签
problem-note-printing-hint = 等打单同事签收，或找主管
problem-case-locked = 已经提交，不能直接改
problem-case-locked-hint = 用「更正」：原件保留，已批作废
problem-case-above-paid = 申请 { $asked }，最多可退 { $limit }
problem-case-above-paid-hint = 改小金额，或先看同单的其他退款
problem-case-over = 已经办完，不能更正
problem-case-over-hint = 开一张新的售后单
problem-case-role = 这要组长或主管来批
problem-case-role-hint = 提交后等批，或请主管在场口头批
problem-case-not-submitted = 还没提交
problem-case-self = 自己提交的不能自己批
problem-case-self-hint = 请另一位有权限的同事批
problem-case-void-role = 已提交的单要主管作废
problem-case-void-role-hint = 自己的草稿可以自己作废
problem-reason-missing = 要一个理由
problem-nothing-to-undo = 没有可撤销的
problem-act = 没有第 { $act } 次操作
problem-act-hint = zhiban undo 不带数字撤销最近一次
problem-undo-authority = 批准、名册这类决定不能撤销
problem-undo-authority-hint = 用一个新的决定更正它
problem-undo-built-on = { $person }已经接着做了
problem-undo-built-on-hint = 请主管撤销，或再改一次
problem-other-device = { $person }不在这台电脑上签到
problem-other-device-hint = 用 zhiban join 把这台电脑加进来
problem-sign-out-open = 还有 { $count } 件没交接
problem-sign-out-open-hint = F10 交接，或给一个理由
problem-not-signed-in = 今天还没签到
problem-not-signed-in-hint = 先签到
span-now = 刚刚
span-minutes = { $n }分
span-hours = { $n }时
span-days = { $n }天
span-hours-minutes = { $hours }时{ $minutes }分
figure-overdue = 逾 { $span }
figure-left = 剩 { $span }
figure-waiting = 等 { $span }
flag-yes = 是
flag-no = 否
owner-nobody = 无主
mark-ack = 签
short-conversation = 会话
short-order = 单
short-note = 备注
short-case = 售后
short-promise = 承诺
short-reply = 话术
short-parcel = 包裹
short-complaint = 投诉
short-ticket = 协作
short-notice = 公告
short-review = 评价
short-sheet = 分工
short-handover = 交接
short-follow_up = 跟进
short-follow_up-reminder = 提醒
short-follow_up-callback = 回电
short-follow_up-visit = 回访
short-follow_up-urge = 催件
short-follow_up-mention = 提到
short-stock_out = 缺货
short-attendance = 考勤
short-import = 导入
short-customer = 客户
short-person = 同事
short-account = 账号
short-setting = 设置
view-waiting = 等我
view-at-risk = 临期
view-mine = 我的
view-unowned = 无主
leaf-order = 订单
leaf-notes = 备注
leaf-cases = 售后
leaf-history = 往来
desk-todo = 待办
desk-empty = 没有等你的事。F2 登记一件，F3 查一位买家，2 看临期。
desk-empty-stale = 没有等你的事 (只知道 { $time } 以前的订单)
desk-nothing-open = Enter 打开一件
desk-first-owner = 首问
desk-undone = 已撤销，再按撤销前一次
desk-all-saved = 都已存 · 还没有同步盘
desk-copied = 已复制 { $count }字 ({ $road })
desk-copied-unsure = 已交给{ $road } { $count }字，没法确认
desk-variable-missing = 还缺「{ $name }」，没有复制
desk-variable-missing-hint = 补上或删掉花括号再按 F9
window-title = ({ $count }) 值班 { $shop }
status-shift = 班
status-drill = 练习
status-orders = 订单截至
status-orders-short = 单
status-stale = 旧
status-sync = 同步
order-unverified = 待核订单
order-paid = 实付
order-paid-unverified = 未核
order-refunded = 已退
order-in-refund = 在退
side-no-order = 没有订单
side-state = 状态
side-money = 钱
side-goods = 商品
side-note = 旗注
who-buyer = 买家
who-us = 我方
who-internal = 内部
who-system = 系统
entry-gone = (内容不在这台电脑上)
entry-void = 已撤回
entry-sent = 已发出
entry-copied = 已复制
step-claim = { $to }认领
step-assign = { $from } > { $to }
step-move = { $from } > { $to }
source-platform = 平台
source-rule = 店规
source-manual = 手动
source-own = 本人
composer-draft = 草稿
composer-count = { $count }字
composer-complete = 变量齐
composer-missing = 缺 { $name }


## tui
# words of this part follow; keep parts apart
tui-no-terminal = 这里没有终端，工作台打不开
tui-no-terminal-hint = 在终端窗口里运行 zhiban，或用 zhiban --help 看命令
tui-terminal-gone = 终端关了，没写完的字留在草稿里
tui-crash = 值班意外停了。没写完的字留在草稿里。经过写在 { $path }，里面没有客户资料
tui-theme-wrong = { $file }：认不出「{ $word }」，最像的是 { $near }
tui-copied-native = 已复制 { $count }字 (本机)
tui-copied-terminal = 已交给终端 { $count }字，没法确认
tui-plain = [纯文字] 终端不接受自动复制。用鼠标选中下面全部，按终端的复制键；Esc 返回
tui-small = 窗口太小
mark-overdue = 逾
mark-urgent = 急
mark-waiting = 等
mark-new = 新
mark-left = 留
mark-pending = 待
mark-approve = 批
mark-acknowledge = 签
mark-conflict = 冲
mark-held = 核
form-more = Enter 换
form-missing = 差 { $count } 项
form-complete = 齐


## keys
# words of this part follow; keep parts apart
keyrow-help = 帮助
keyrow-capture = 登记
keyrow-find = 查找
keyrow-replies = 话术
keyrow-note = 备注
keyrow-after_sale = 售后
keyrow-follow_up = 跟进
keyrow-finish = 完成
keyrow-copy = 复制
keyrow-handover = 交接
keyrow-screens = 切屏
keyrow-sync = 同步
keyrow-away = 离席
command-help = 列出所有命令和按键
command-capture = 登记：一行字、聊天、单号、文件都行
command-find = 查买家、订单、尾号、运单、电话
command-replies = 选一条话术
command-note = 给订单写备注，走五步
command-after_sale = 开售后单
command-follow_up = 记承诺、提醒或搁置
command-finish = 完成眼前这件：办结、提交、批准、签名
command-copy = 复制眼前的文字并记下
command-handover = 交接或接班
command-screens = 换屏幕
command-remark = 写一条内部备注，可以 @ 人
command-transfer = 转交给别人或别的岗
command-escalate = 升级给组长，仍归我
command-claim = 认领
command-snooze = 搁置到某个时间
command-promise = 记一条承诺
command-remind = 到时提醒我
command-reveal = 显示电话和地址 10 秒，会留记录
command-attach = 附上文件或截图
command-no = 驳回、作废、不要：都要写理由
command-why = 为什么：出处、规则、排序、拦截
command-undo = 撤销
command-text_block = 做成文本块，贴到群里
command-sync = 现在同步
command-away = 离席、换人、签退、退出
command-next_item = 下一件
command-next = 下一行
command-previous = 上一行
command-page_down = 下一页
command-page_up = 上一页
command-first = 第一行
command-last = 最后一行
command-open = 打开
command-expand = 展开同一买家的其他件
command-collapse = 收起
command-back = 返回；没写完的留作草稿
command-next_pane = 下一栏
command-previous_pane = 上一栏
command-next_leaf = 侧栏下一页
command-previous_leaf = 侧栏上一页
command-mark = 标记这行
command-mark_all = 标记全部
command-delete = 从眼前拿走：列表里是搁置
command-view_0 = 看全部
command-view_1 = 看第 1 种：等我
command-view_2 = 看第 2 种：临期
command-view_3 = 看第 3 种：我的
command-view_4 = 看第 4 种：无主
command-view_5 = 看第 5 种
command-view_6 = 看第 6 种
command-view_7 = 看第 7 种
command-view_8 = 看第 8 种
command-view_9 = 看第 9 种
command-choose_1 = 取第 1 条
command-choose_2 = 取第 2 条
command-choose_3 = 取第 3 条
command-choose_4 = 取第 4 条
command-choose_5 = 取第 5 条
command-choose_6 = 取第 6 条
command-choose_7 = 取第 7 条
command-choose_8 = 取第 8 条
command-choose_9 = 取第 9 条
command-next_field = 下一项
command-previous_field = 上一项
command-next_missing = 下一个必填项
command-previous_missing = 上一个必填项
command-value_next = 下一个值
command-value_previous = 上一个值
command-toggle = 勾选
command-unfold = 展开选项
command-newline = 换行
command-swap_sides = 对调双方
command-edit_field = 改认出的字段
command-accept = 照所选做
command-add_reply = 叠加一条话术
command-drop_reply = 去掉一条话术
command-improve_reply = 改这条或提议新话术
command-next_scope = 换范围
command-step_done = 本步完成
command-step_back = 撤回本步
command-unchanged = 照旧
command-all_unchanged = 绿色全照旧
command-add_notice = 加一条注意事项
command-take = 接下这条
command-take_all = 绿色全接
command-acknowledge = 签收
command-confirm = 记为客户已确认
command-review = 审阅
command-export = 导出
command-details = 看明细
command-new_record = 新建一条
command-screen_desk = 去工作台
command-screen_board = 去看板
command-screen_printing = 去打单台
command-screen_tables = 去表格
command-screen_figures = 去指标
command-screen_held = 去待核与冲突
command-screen_sheet = 去今日分工
command-screen_import = 去导入
command-screen_setup = 去设置
command-sign_in = 签到
command-sign_out = 签退
command-change_person = 换人
command-lock = 锁屏
command-messages = 看刚才的消息
command-toggle_mouse = 开关鼠标
command-next_language = 换语言
command-next_theme = 换配色
command-redraw = 重画屏幕
command-palette = 找一个命令
command-suspend = 暂时回到命令行
command-quit = 退出
context-any = 到处
context-desk = 工作台
context-list = 列表
context-timeline = 经过
context-composer = 草稿
context-side = 侧栏
context-text = 输入框
context-empty_line = 空行
context-form = 表单
context-menu = 选单
context-picker = 选取框
context-capture = 登记
context-paste = 粘贴聊天
context-find = 查找
context-replies = 话术
context-note = 订单备注
context-after_sale = 售后单
context-follow_up = 跟进
context-handover = 交接
context-takeover = 接班
context-board = 看板
context-printing = 打单台
context-tables = 表格
context-figures = 指标
context-held = 待核与冲突
context-sheet = 今日分工
context-import = 导入
context-setup = 设置
context-record = 记录
context-palette = 命令
context-message = 消息
context-plain = 纯文字
shown-Space = 空格
shown-Backspace = 退格
shown-updown = 上下
shown-leftright = 左右
shown-digits = 数字
shown-altdigits = Alt+1..9
shown-typing = 打字
hint-select = 选
hint-open = 打开
hint-open_short = 开
hint-mark = 标记
hint-newline = 换行
hint-next_pane = 换栏
hint-above = 上文
hint-scroll = 上下文
hint-confirm = 记为已确认
hint-leaf = 翻页
hint-remark = 内部
hint-transfer = 转交
hint-escalate = 升级
hint-next_item = 下一条
hint-undo = 撤销
hint-reveal = 显号
hint-choose = 选
hint-close = 关
hint-close_short = 关
hint-do = 照所选做
hint-field = 改字段
hint-keep_draft = 留作草稿
hint-file = 归入
hint-file_note = 归入并写备注
hint-file_case = 归入并开售后单
hint-swap = 对调
hint-discard = 不要
hint-capture_new = 登记成新的
hint-filter = 即筛
hint-to_draft = 放进草稿
hint-copy_note = 复制并记
hint-stack = 叠一条
hint-take = 取
hint-step_done = 本步完成
hint-step_back = 撤回
hint-copy = 复制
hint-finish_close = 完成并关
hint-text_block = 文本块
hint-keep = 留草稿
hint-why = 依据
hint-row = 换行
hint-value = 选值
hint-tick = 勾
hint-submit = 提交
hint-copy_readback = 复制复述
hint-drop = 作废
hint-record = 记下
hint-fill = 填
hint-unchanged = 照旧
hint-all_unchanged = 绿全照旧
hint-sign_send = 签名送出
hint-take_this = 接下
hint-take_all = 绿全接
hint-sign_receipt = 签回执
hint-see_chat = 看会话
hint-later = 先放着
hint-acknowledge = 签收
hint-copy_numbers = 复制单号
hint-stock_out = 缺货登记
hint-palette = 命令
hint-next_block = 换块
hint-details = 明细
hint-approve = 批准
hint-refuse = 驳回
hint-reassign = 改派
hint-remind = 提醒
hint-review = 审阅
hint-export = 导出
hint-new_record = 新建
hint-run = 做
keys-syntax = { $file } 第 { $line } 行写得不对：{ $detail }
keys-command = { $file } 第 { $line } 行：没有命令「{ $word }」，最像的是 { $near }
keys-context = { $file } 第 { $line } 行：没有地方叫「{ $word }」，最像的是 { $near }
keys-key = { $file } 第 { $line } 行：认不出按键「{ $word }」
keys-bare = { $file } 第 { $line } 行：「{ $word }」是打字用的，只能在列表或选单里当命令
keys-field = { $file } 第 { $line } 行：没有「{ $word }」这一项，最像的是 { $near }
keys-missing = { $file } 第 { $line } 行：缺「{ $word }」
keys-clash = { $file } 第 { $line } 行：「{ $word }」在同一处已经是 { $other }


## palette
# words of this part follow; keep parts apart
palette-title = 命令
palette-find = 找
palette-count = { $count } 条
palette-here = 这里能用
palette-elsewhere = 别处能用
palette-none = 没有叫「{ $word }」的命令
palette-keys = 按键


## composer
# words of this part follow; keep parts apart


## after-sale
# words of this part follow; keep parts apart


## note
# words of this part follow; keep parts apart


## handover
# words of this part follow; keep parts apart


## bundle
# words of this part follow; keep parts apart


## search
# words of this part follow; keep parts apart


## demo
# words of this part follow; keep parts apart


